//! A job as a client writes it. Read with bounded memory, whatever the text holds.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::limits;

/// One job, not checked yet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Submission {
    pub(super) kind: String,
    pub(super) parameters: Parameters,
    pub(super) submitter: Option<String>,
    pub(super) idempotency_key: Option<String>,
    pub(super) expires_after_seconds: Option<u64>,
}

/// All jobs of a body, and whether there might be several.
#[derive(Debug)]
pub(super) enum Submissions {
    One(Box<Submission>),
    Batch(Vec<Submission>),
}

impl Submissions {
    /// The jobs of a text in JSON.
    pub(super) fn read(text: &[u8]) -> serde_json::Result<Self> {
        if text.trim_ascii_start().starts_with(b"[") {
            serde_json::from_slice(text).map(Self::Batch)
        } else {
            serde_json::from_slice(text).map(|one| Self::One(Box::new(one)))
        }
    }
}

/// Names and plain values, and directions where there are some.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// What is neither text nor a number is null.
    pub(super) plain: Map<String, Value>,
    pub(super) directions: Option<Rows>,
}

/// Directions, in columns.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: [Vec<f64>; 3],
    /// There were more than are read.
    pub(super) too_many: bool,
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ParametersVisitor)
    }
}

struct ParametersVisitor;

impl<'de> Visitor<'de> for ParametersVisitor {
    type Value = Parameters;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .write_str("an object of parameters, such as {\"scheme\":\"fibonacci\",\"count\":1000}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
        let mut parameters = Parameters::default();
        while let Some(name) = map.next_key::<String>()? {
            let is_known = parameters.plain.contains_key(&name);
            if is_known || name == "directions" && parameters.directions.is_some() {
                return Err(Error::custom(format_args!("{name} is given twice")));
            }
            if parameters.plain.len() >= limits::JOB_PARAMETERS {
                return Err(Error::custom("too many parameters"));
            }
            if name == "directions" {
                match map.next_value()? {
                    Given::Plain(value) => {
                        parameters.plain.insert(name, value);
                    }
                    Given::Rows(rows) => parameters.directions = Some(rows),
                }
            } else {
                parameters.plain.insert(name, map.next_value::<Plain>()?.0);
            }
        }
        Ok(parameters)
    }
}

/// Directions, or the name of those that are stored.
enum Given {
    Plain(Value),
    Rows(Rows),
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of rows [x, y, z]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Plain(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Given, A::Error> {
        let mut read = Rows::default();
        while let Some(row) = rows.next_element::<[f64; 3]>()? {
            read.too_many |= read.columns[0].len() as u64 >= limits::BODY_VALUES / 3;
            if !read.too_many {
                for (column, value) in read.columns.iter_mut().zip(row) {
                    column.push(value);
                }
            }
        }
        Ok(Given::Rows(read))
    }
}

/// Text or a number; null for all else.
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Plain, E> {
        Ok(Plain(text.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Plain, E> {
        Ok(Plain(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Plain, E> {
        Ok(Plain(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Plain, E> {
        Ok(Plain(number.into()))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Plain, E> {
        Ok(Plain(Value::Null))
    }

    fn visit_unit<E: Error>(self) -> Result<Plain, E> {
        Ok(Plain(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Plain, A::Error> {
        while all.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Plain(Value::Null))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Plain, A::Error> {
        while all.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Plain(Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::Submissions;
    use crate::limits;

    #[test]
    fn jobs_are_read_as_they_are_written() {
        let text = r#" {"kind":"nearest","submitter":"me","expires_after_seconds":5,"parameters":
            {"scheme":"fibonacci","total":1e3,"colour":[[1],{"a":2}],"directions":[[1,2,3],[4,5,6.5]]}}"#;
        let Submissions::One(one) = Submissions::read(text.as_bytes()).unwrap() else {
            panic!("one job is no batch");
        };
        assert_eq!((one.kind.as_str(), one.submitter.as_deref()), ("nearest", Some("me")));
        assert_eq!(one.parameters.plain["total"], 1e3);
        assert!(one.parameters.plain["colour"].is_null());
        let rows = one.parameters.directions.unwrap();
        assert_eq!(rows.columns, [vec![1.0, 4.0], vec![2.0, 5.0], vec![3.0, 6.5]]);
        assert!(!rows.too_many);
        let batch = Submissions::read(b"[]").unwrap();
        assert!(matches!(batch, Submissions::Batch(jobs) if jobs.is_empty()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, told) in [
            ("", "EOF"),
            ("5", "expected struct Submission"),
            ("{}", "missing field `kind`"),
            (r#"{"kind":"sample"}"#, "missing field `parameters`"),
            (r#"{"kind":"sample","parameters":5}"#, "expected an object of parameters"),
            (r#"{"kind":"sample","parameters":{},"colour":1}"#, "unknown field `colour`"),
            (r#"{"kind":"a","kind":"b","parameters":{}}"#, "duplicate field `kind`"),
            (r#"{"kind":"a","parameters":{"count":1,"count":2}}"#, "count is given twice"),
            (r#"{"kind":"a","parameters":{"directions":[[1,2]]}}"#, "invalid length 2"),
            (r#"{"kind":"a","parameters":{"directions":{}}}"#, "an array of rows [x, y, z]"),
            (r#"{"kind":"a","parameters":{},"expires_after_seconds":-1}"#, "expected u64"),
            (r#"[{"kind":"a","parameters":{}},5]"#, "expected struct Submission"),
        ] {
            let error = Submissions::read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn too_many_directions_are_not_kept() {
        let most = (limits::BODY_VALUES / 3) as usize;
        let rows = vec!["[0,0,1]"; most + 1].join(",");
        let text = format!(r#"{{"kind":"nearest","parameters":{{"directions":[{rows}]}}}}"#);
        let Submissions::One(one) = Submissions::read(text.as_bytes()).unwrap() else {
            panic!("one job is no batch");
        };
        let rows = one.parameters.directions.unwrap();
        assert!(rows.too_many && rows.columns[2].len() == most);
    }
}
