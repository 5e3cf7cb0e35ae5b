//! Which queue a service keeps jobs in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sphere_offload::queue::{Address, AddressError};

/// A queue, or that there is none: `none`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum QueueSetting {
    /// No jobs are kept: a request that no engine serves is an error.
    #[default]
    None,
    /// They are kept here.
    At(Address),
}

/// A text that says neither.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}, or none")]
pub struct QueueSettingError(#[from] AddressError);

impl FromStr for QueueSetting {
    type Err = QueueSettingError;

    fn from_str(text: &str) -> Result<Self, QueueSettingError> {
        Ok(if text == "none" { Self::None } else { Self::At(text.parse()?) })
    }
}

/// As it is set, but for what may be a secret: the name and the password before the `@` of a URL.
impl fmt::Display for QueueSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::At(address) = self else { return formatter.write_str("none") };
        let text = address.to_string();
        match text.split_once("://") {
            Some((scheme, rest)) => {
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(formatter, "{scheme}://{place}")
            }
            None => formatter.write_str(&text),
        }
    }
}

impl TryFrom<String> for QueueSetting {
    type Error = QueueSettingError;

    fn try_from(text: String) -> Result<Self, QueueSettingError> {
        text.parse()
    }
}

impl From<QueueSetting> for String {
    fn from(setting: QueueSetting) -> Self {
        setting.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::QueueSetting;

    #[test]
    fn settings_read_back_and_nonsense_is_refused() {
        for text in ["none", "sqlite:queue.sqlite", "sqlite:/a://b"] {
            assert_eq!(text.parse::<QueueSetting>().unwrap().to_string(), text);
        }
        for text in ["", "None", "queue.sqlite", "sqlite:"] {
            let error = text.parse::<QueueSetting>().unwrap_err().to_string();
            assert!(error.contains("sqlite:FILE") && error.ends_with("or none"), "{error}");
        }
    }
}
