//! The parameters of a job, as JSON has them.

use serde_json::Value;
use sphere_engine::{ParameterError, SampleParameters};

use super::TaskError;

/// Names and values, a number as the text that a query would have.
pub(super) fn pairs(parameters: &Value) -> Result<Vec<(&str, String)>, TaskError> {
    let object = parameters.as_object().ok_or(TaskError::NoObject)?;
    let text = |name: &str, value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(TaskError::NoText { name: name.chars().take(64).collect() }),
    };
    object.iter().map(|(name, value)| Ok((name.as_str(), text(name, value)?))).collect()
}

/// A scheme and the rest.
pub(super) fn scheme<'a>(
    pairs: &'a [(&'a str, String)],
) -> Result<(&'a str, impl Iterator<Item = (&'a str, &'a str)> + Clone), TaskError> {
    let scheme = pairs.iter().find(|(name, _)| *name == "scheme");
    let scheme = scheme.ok_or_else(no_scheme)?;
    let rest = pairs.iter().filter(|(name, _)| *name != "scheme");
    Ok((&scheme.1, rest.map(|(name, text)| (*name, text.as_str()))))
}

/// Those of points.
pub(super) fn of_points(parameters: &Value) -> Result<SampleParameters, TaskError> {
    let pairs = pairs(parameters)?;
    let (scheme, rest) = scheme(&pairs)?;
    Ok(SampleParameters::parse(scheme, rest)?)
}

fn no_scheme() -> TaskError {
    let expected = SampleParameters::choices("scheme").unwrap_or_default().join(", ");
    let expected = format!("one of {expected}");
    TaskError::Parameter(ParameterError::Invalid {
        parameter: "scheme",
        value: String::new(),
        expected,
    })
}
