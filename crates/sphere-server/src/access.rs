//! Who may ask.

use std::fmt;
use std::io;
use std::path::Path;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// The secret that requests must bear. Only its hash is kept, and no log can print it.
pub(crate) struct Token([u8; 32]);

impl Token {
    /// The first line of a file, without white space around it.
    pub(crate) fn from_file(path: &Path) -> io::Result<Self> {
        let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let text = std::fs::read_to_string(path).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display()))
        })?;
        match text.lines().next().map(str::trim) {
            Some(token) if token.len() >= 16 => Ok(Self(Sha256::digest(token).into())),
            _ => Err(invalid(format!(
                "{} holds no token: its first line must have at least 16 characters",
                path.display()
            ))),
        }
    }

    /// Whether the headers bear the token. Takes the same time for any wrong one.
    pub(crate) fn is_borne_by(&self, headers: &HeaderMap) -> bool {
        let given = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map_or("", |(_, token)| token.trim());
        let given: [u8; 32] = Sha256::digest(given).into();
        given.ct_eq(&self.0).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::Token;

    #[test]
    fn only_the_token_opens() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "  0123456789abcdef \nnot this\n").unwrap();
        let token = Token::from_file(&file).unwrap();
        let table = [
            ("Bearer 0123456789abcdef", true),
            ("bearer  0123456789abcdef ", true),
            ("Bearer 0123456789abcdeF", false),
            ("Bearer 0123456789abcde", false),
            ("Bearer", false),
            ("Basic 0123456789abcdef", false),
            ("", false),
        ];
        for (value, opens) in table {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", value.parse().unwrap());
            assert_eq!(token.is_borne_by(&headers), opens, "{value}");
        }
        assert!(!token.is_borne_by(&HeaderMap::new()));
        assert_eq!(format!("{token:?}"), "Token");
        for short in ["", "\n0123456789abcdef", "short"] {
            std::fs::write(&file, short).unwrap();
            assert!(Token::from_file(&file).is_err(), "{short:?}");
        }
    }
}
