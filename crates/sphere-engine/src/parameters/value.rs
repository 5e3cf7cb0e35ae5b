//! The values of parameters as text.

use std::borrow::Cow;

use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Method, Placement};

use super::number::parse_integer;
use super::{ParameterError, SchemeKind};
use crate::{Coordinates, EngineChoice, Precision};

/// A type that a parameter can have.
pub(crate) trait Value: Copy + 'static {
    /// The value that the text means.
    fn from_text(text: &str) -> Option<Self>;

    /// The text of the value; reads back to it.
    fn to_text(self) -> Cow<'static, str>;

    /// What is allowed, to complete "it must be ...".
    fn expected() -> String;
}

/// Reads a parameter.
pub(crate) fn parse<T: Value>(parameter: &'static str, text: &str) -> Result<T, ParameterError> {
    T::from_text(text).ok_or_else(|| ParameterError::Invalid {
        parameter,
        // Strangers send these; a message has no use for more of it.
        value: text.chars().take(64).collect(),
        expected: T::expected(),
    })
}

/// A type with a fixed set of named values.
pub(crate) trait Named: Copy + PartialEq + 'static {
    const ALL: &'static [(&'static str, Self)];

    /// The name of the value.
    fn name(self) -> &'static str {
        // Every value is in the table, which a test goes through.
        Self::ALL.iter().find(|(_, value)| *value == self).map_or("", |(name, _)| name)
    }
}

impl<T: Named> Value for T {
    fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|&(_, value)| value)
    }

    fn to_text(self) -> Cow<'static, str> {
        self.name().into()
    }

    fn expected() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
        format!("one of {}", names.join(", "))
    }
}

/// The names that a parameter allows, where it allows names only.
pub(super) fn choices(parameter: &str) -> Option<Vec<&'static str>> {
    fn names<T: Named>() -> Vec<&'static str> {
        T::ALL.iter().map(|&(name, _)| name).collect()
    }
    Some(match parameter {
        "scheme" => names::<SchemeKind>(),
        "engine" => names::<EngineChoice>(),
        "method" => names::<Method>(),
        "scramble" => names::<ScrambleKind>(),
        "ordering" => names::<Ordering>(),
        "columns" => names::<Coordinates>(),
        "precision" => names::<Precision>(),
        _ => return None,
    })
}

/// Which scramble, without its seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ScrambleKind {
    #[default]
    None,
    Shift,
    Owen,
}

impl Named for SchemeKind {
    const ALL: &'static [(&'static str, Self)] = &[
        ("fibonacci", Self::Fibonacci),
        ("disk", Self::Disk),
        ("random", Self::Random),
        ("sobol", Self::Sobol),
        ("pixels", Self::Pixels),
    ];
}

impl Named for ScrambleKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("shift", Self::Shift), ("owen", Self::Owen)];
}

impl Named for Method {
    const ALL: &'static [(&'static str, Self)] =
        &[("cylinder", Self::Cylinder), ("disk", Self::Disk), ("ball", Self::Ball)];
}

impl Named for Ordering {
    const ALL: &'static [(&'static str, Self)] = &[("ring", Self::Ring), ("nested", Self::Nested)];
}

impl Named for Coordinates {
    const ALL: &'static [(&'static str, Self)] = &[
        ("xyz", Self::Native),
        ("lonlat-deg", Self::LongitudeLatitudeDeg),
        ("theta-phi", Self::ThetaPhi),
    ];
}

impl Named for Precision {
    const ALL: &'static [(&'static str, Self)] = &[("f64", Self::Double), ("f32", Self::Single)];
}

/// Placements without a number; [`Placement::Offset`] has one.
const PLACEMENTS: [(&str, Placement); 3] = [
    ("quadrature", Placement::Quadrature),
    ("packing", Placement::Packing),
    ("spacing", Placement::Spacing),
];

impl Value for Placement {
    fn from_text(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None => PLACEMENTS.iter().find(|(name, _)| *name == text).map(|&(_, value)| value),
            Some(("offset", offset)) => offset.parse().ok().map(Self::Offset),
            _ => None,
        }
    }

    fn to_text(self) -> Cow<'static, str> {
        match self {
            Self::Offset(offset) => format!("offset:{offset}").into(),
            named => {
                let of = PLACEMENTS.iter().find(|(_, value)| *value == named);
                of.map_or("", |&(name, _)| name).into()
            }
        }
    }

    fn expected() -> String {
        "quadrature, packing, spacing, or offset:<e> with e from 0 to 2^52, such as offset:0.36"
            .to_string()
    }
}

impl Value for u64 {
    fn from_text(text: &str) -> Option<Self> {
        parse_integer(text)
    }

    fn to_text(self) -> Cow<'static, str> {
        self.to_string().into()
    }

    fn expected() -> String {
        format!("a whole number from 0 to {}, such as 1000, 1_000 or 1e3", Self::MAX)
    }
}

impl Value for u32 {
    fn from_text(text: &str) -> Option<Self> {
        // Saturates: what is too large for this type is too large for the scheme, which says so.
        parse_integer(text).map(|number| Self::try_from(number).unwrap_or(Self::MAX))
    }

    fn to_text(self) -> Cow<'static, str> {
        self.to_string().into()
    }

    fn expected() -> String {
        "a whole number".to_string()
    }
}
