//! Parameters as a flat map: JSON objects today, whatever serde reads tomorrow.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::SampleParameters;
use super::value::Value;

impl Serialize for SampleParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scheme", self.scheme.name())?;
        for (name, text) in self.texts() {
            map.serialize_entry(name, &text)?;
        }
        map.end()
    }
}

impl SampleParameters {
    /// The parameters that are set, as text: setting each of them gives these parameters again.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
        fn text<T: Value>(value: Option<T>) -> Option<Cow<'static, str>> {
            value.map(Value::to_text)
        }
        [
            ("count", text(self.count)),
            ("start", text(self.start)),
            ("total", text(self.total)),
            ("seed", text(self.seed)),
            ("method", text(self.method)),
            ("scramble", text(self.scramble)),
            ("randomisation", text(self.randomisation)),
            ("dimensions", text(self.dimensions)),
            ("order", text(self.order)),
            ("ordering", text(self.ordering)),
            ("placement", text(self.placement)),
            ("columns", text(self.columns)),
            ("precision", text(self.precision)),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
    }
}

impl<'de> Deserialize<'de> for SampleParameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ParametersVisitor)
    }
}

struct ParametersVisitor;

impl<'de> Visitor<'de> for ParametersVisitor {
    type Value = SampleParameters;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with a scheme and its parameters")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut scheme: Option<Text> = None;
        let mut pairs: Vec<(String, Text)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value()?;
            if name != "scheme" {
                pairs.push((name, value));
            } else if scheme.replace(value).is_some() {
                return Err(Error::duplicate_field("scheme"));
            }
        }
        let scheme = scheme.ok_or_else(|| Error::missing_field("scheme"))?;
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.0.as_str()));
        SampleParameters::parse(&scheme.0, pairs).map_err(Error::custom)
    }
}

/// A string, or a number as the text it would have in a query.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a number")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Text, E> {
        Ok(Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text, E> {
        Ok(Text(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text, E> {
        Ok(Text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text, E> {
        Ok(Text(value.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::SampleParameters;
    use crate::SchemeKind;

    #[test]
    fn json_reads_back_to_the_same_parameters() {
        let mut parameters = SampleParameters::new(SchemeKind::Fibonacci);
        for (name, value) in [
            ("count", "18446744073709551615"),
            ("start", "1e3"),
            ("total", "1_000"),
            ("placement", "offset:0.36"),
            ("columns", "lonlat-deg"),
            ("precision", "f32"),
        ] {
            parameters.set(name, value).unwrap();
        }
        let text = serde_json::to_string(&parameters).unwrap();
        assert!(text.contains(r#""count":"18446744073709551615""#), "{text}");
        assert_eq!(serde_json::from_str::<SampleParameters>(&text).unwrap(), parameters);
    }

    #[test]
    fn every_placement_reads_back() {
        for placement in ["quadrature", "packing", "spacing", "offset:0", "offset:1e9"] {
            let mut parameters = SampleParameters::new(SchemeKind::Fibonacci);
            parameters.set("placement", placement).unwrap();
            let text = serde_json::to_string(&parameters).unwrap();
            let read = serde_json::from_str::<SampleParameters>(&text).unwrap();
            assert_eq!(read, parameters, "{text}");
        }
    }

    #[test]
    fn json_numbers_are_numbers_or_strings() {
        for count in ["1000", "1e3", "1000.0", "\"1000\"", "\"1_000\""] {
            let text = format!(r#"{{"count": {count}, "scheme": "sobol"}}"#);
            let parameters: SampleParameters = serde_json::from_str(&text).unwrap();
            assert_eq!(parameters.job().unwrap().points(), 1_000, "{text}");
        }
    }

    #[test]
    fn json_is_refused_with_the_same_words() {
        for (text, reason) in [
            (r#"{"count": 1}"#, "missing field `scheme`"),
            (r#"{"scheme": "sobol", "scheme": "disk"}"#, "duplicate field `scheme`"),
            (r#"{"scheme": "cube"}"#, "one of fibonacci, disk"),
            (r#"{"scheme": "sobol", "sneed": 1}"#, "unknown parameter 'sneed'"),
            (r#"{"scheme": "sobol", "count": -1}"#, "count is '-1'"),
            (r#"{"scheme": "sobol", "count": true}"#, "a string or a number"),
            (r#"{"scheme": "sobol", "count": null}"#, "a string or a number"),
            (r#"{"scheme": "sobol", "count": 1, "count": 2}"#, "count is given twice"),
        ] {
            let error = serde_json::from_str::<SampleParameters>(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
