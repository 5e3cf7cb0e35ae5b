//! Where the servers are, and who asks.

use std::fmt;

use async_nats::ServerAddr;

use super::trouble::BrokerError;

/// Of one queue: `nats://ada:secret@one:4222,two:4222,three:4222`. The name and the password, or a token in
/// their place, are the same for all, and shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Servers {
    addresses: Vec<ServerAddr>,
    login: Login,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    Nobody,
    Token(String),
    User(String, String),
}

impl Servers {
    pub(super) fn parse(text: &str) -> Result<Self, BrokerError> {
        let (mut addresses, mut login) = (Vec::new(), Login::Nobody);
        for part in text.split(',') {
            let (scheme, rest) = part.trim().split_once("://").unwrap_or(("nats", part.trim()));
            let (user, host) = rest.rsplit_once('@').map_or((None, rest), |(u, h)| (Some(u), h));
            let wrong =
                |what: &str| BrokerError::Address { host: host.to_owned(), what: what.to_owned() };
            if !matches!(scheme, "nats" | "tls") {
                return Err(wrong("it begins with nats:// or tls://"));
            }
            let url = format!("{scheme}://{host}");
            let address: ServerAddr =
                url.parse().map_err(|error: std::io::Error| wrong(&error.to_string()))?;
            if address.host().is_empty() || host.contains(['/', '?', '#', ' ']) {
                return Err(wrong("it names a host, and a port if that is not 4222"));
            }
            addresses.push(address);
            if let (Some(user), Login::Nobody) = (user, &login) {
                login = Login::parse(user);
            }
        }
        Ok(Self { addresses, login })
    }

    pub(super) fn addresses(&self) -> &[ServerAddr] {
        &self.addresses
    }

    pub(super) fn login(&self) -> &Login {
        &self.login
    }
}

impl Login {
    fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((user, password)) => Self::User(decoded(user), decoded(password)),
            None => Self::Token(decoded(text)),
        }
    }
}

/// With its `%40` and the like.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.filter(|_| *first == b'%').and_then(|it| u8::from_str_radix(it, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Without what nobody is to see.
impl fmt::Display for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, address) in self.addresses.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            let host = address.host();
            let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
            let (scheme, port) = (address.scheme(), address.port());
            write!(formatter, "{comma}{scheme}://{open}{host}{close}:{port}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_secrets() {
        let user = |name: &str, password: &str| Login::User(name.to_owned(), password.to_owned());
        let table = [
            ("nats://127.0.0.1", "nats://127.0.0.1:4222", Login::Nobody),
            ("one:1,two:2", "nats://one:1,nats://two:2", Login::Nobody),
            ("nats://a:b%40c@one:1, tls://two", "nats://one:1,tls://two:4222", user("a", "b@c")),
            ("t0ken@[::1]:7", "nats://[::1]:7", Login::Token("t0ken".to_owned())),
            ("nats://a:p%é@one", "nats://one:4222", user("a", "p%é")),
        ];
        for (text, shown, login) in table {
            let servers = Servers::parse(text).unwrap();
            assert_eq!(servers.to_string(), shown, "{text}");
            assert!(servers.login() == &login, "{text}");
            assert_eq!(format!("{servers:?}"), shown);
        }
        let bad = ["", "http://one", "nats://", "one,,two", "s3cret@", "s3cret@one:x", "one/jobs"];
        for text in bad {
            let error = Servers::parse(text).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
