//! An object with `columns` and `points`, or `points` alone: an array of arrays of numbers.

use std::io::{BufRead, Read as _};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::lines::problem_at;
use super::{Columns, ReadError, Table};
use crate::{Format, Precision};

/// The longest number takes fewer bytes, and so does the rest of a file with few numbers.
const MOST_BYTES_PER_VALUE: u64 = 64;
const MOST_BYTES_BESIDE: u64 = 16 << 20;

/// What was read so far.
struct State {
    columns: Columns,
    names: Option<Vec<String>>,
    metadata: Vec<(String, String)>,
    rows: u64,
    has_points: bool,
    /// An error of ours: one of `serde` could not carry it.
    failure: Option<ReadError>,
}

/// `null` in place of a number is NaN.
pub(super) fn read(input: &mut dyn BufRead, columns: Columns) -> Result<Table, ReadError> {
    let most_bytes = columns.most().saturating_mul(MOST_BYTES_PER_VALUE);
    let mut input = input.take(most_bytes.saturating_add(MOST_BYTES_BESIDE));
    let mut state = State {
        columns,
        names: None,
        metadata: Vec::new(),
        rows: 0,
        has_points: false,
        failure: None,
    };
    let mut json = serde_json::Deserializer::from_reader(&mut input);
    let parsed = Root(&mut state).deserialize(&mut json).and_then(|()| json.end());
    let was_cut = input.limit() == 0;
    if let Some(failure) = state.failure {
        return Err(failure);
    }
    match parsed {
        Ok(()) => state.finish(),
        Err(_) if was_cut => Err(state.columns.too_large()),
        Err(error) if error.is_io() => Err(ReadError::Io(error.into())),
        Err(error) if error.is_eof() => Err(ReadError::Truncated { format: Format::Json }),
        Err(error) => {
            let message = error.to_string();
            // The place is told beside the message.
            let problem = message.split(" at line ").next().unwrap_or_default();
            Err(problem_at(error.line() as u64, error.column(), problem))
        }
    }
}

impl State {
    fn finish(mut self) -> Result<Table, ReadError> {
        if !self.has_points {
            return Err(ReadError::malformed(Format::Json, "it has no points"));
        }
        let Some(names) = self.names else { return Ok(self.columns.numbered(Precision::Double)) };
        if self.rows == 0 {
            self.columns.shape(names.len(), 0)?;
        }
        if names.len() != self.columns.width() {
            let problem = format!(
                "{} columns are named, and {} are there",
                names.len(),
                self.columns.width()
            );
            return Err(ReadError::malformed(Format::Json, problem));
        }
        Ok(self.columns.named(names, Precision::Double, self.metadata))
    }
}

/// The whole file.
struct Root<'a>(&'a mut State);

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object with points, or an array of points")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Points(self.0).visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "columns" => self.0.names = Some(map.next_value()?),
                "points" if self.0.has_points => return Err(A::Error::custom("points come twice")),
                "points" => map.next_value_seed(Points(self.0))?,
                _ => {
                    if let Some(value) = map.next_value::<Scalar>()?.0 {
                        self.0.metadata.push((name, value));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The array of rows.
struct Points<'a>(&'a mut State);

impl<'de> DeserializeSeed<'de> for Points<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Points<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an array of points")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.0.has_points = true;
        while rows.next_element_seed(Row(self.0))?.is_some() {}
        Ok(())
    }
}

/// One row. The first says how many columns there are.
struct Row<'a>(&'a mut State);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a point, an array of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let State { columns, rows, failure, .. } = self.0;
        let mut keep = |result: Result<(), ReadError>| {
            result.map_err(|error| {
                *failure = Some(error);
                A::Error::custom("too large")
            })
        };
        let mut count = 0;
        while let Some(value) = row.next_element::<Option<f64>>()? {
            let value = value.unwrap_or(f64::NAN);
            keep(if *rows == 0 { columns.add_column(value) } else { columns.push(count, value) })?;
            count += 1;
        }
        *rows += 1;
        if count != columns.width() || count == 0 {
            let problem = format!("there are {count} values, and {} columns", columns.width());
            return Err(A::Error::custom(problem));
        }
        Ok(())
    }
}

/// A value as text; `None` for one that has parts.
struct Scalar(Option<String>);

impl<'de> serde::Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("anything")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.to_string())))
            }
            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar(Some(value.into())))
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
