//! The validation layer: what users write, and the [`Job`] that it means.

mod error;
mod number;
mod of_job;
mod scheme_kind;
mod serial;
mod value;

pub use error::ParameterError;
pub use scheme_kind::SchemeKind;
use sphere_math::healpix::{Order, Ordering};
use sphere_math::sampling::{
    Domain, MAX_LATTICE_POINTS, Method, Placement, SampleError, Scheme, Scramble,
};

pub(crate) use self::value::{Named, parse};
use self::value::{ScrambleKind, Value};
use crate::{Coordinates, Job, Precision};

/// The parameters of a sampling request, as a command line, a query string or a stored job gives
/// them.
///
/// Every value is parsed when it is [set](SampleParameters::set); what they mean together is
/// checked by [`SampleParameters::job`]. In JSON it is one flat object with a `scheme`; 64-bit
/// numbers are read as numbers or strings and always written as strings.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleParameters {
    scheme: SchemeKind,
    count: Option<u64>,
    start: Option<u64>,
    total: Option<u64>,
    seed: Option<u64>,
    method: Option<Method>,
    scramble: Option<ScrambleKind>,
    randomisation: Option<u64>,
    dimensions: Option<u32>,
    order: Option<u32>,
    ordering: Option<Ordering>,
    placement: Option<Placement>,
    columns: Option<Coordinates>,
    precision: Option<Precision>,
}

impl SampleParameters {
    /// All defaults.
    #[must_use]
    pub fn new(scheme: SchemeKind) -> Self {
        Self {
            scheme,
            count: None,
            start: None,
            total: None,
            seed: None,
            method: None,
            scramble: None,
            randomisation: None,
            dimensions: None,
            order: None,
            ordering: None,
            placement: None,
            columns: None,
            precision: None,
        }
    }

    /// A scheme by name and its parameters as pairs of name and value.
    ///
    /// # Errors
    /// The first pair that is wrong, as [`SampleParameters::set`] says it.
    pub fn parse<'a>(
        scheme: &str,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ParameterError> {
        let mut parameters = Self::new(parse("scheme", scheme)?);
        for (name, value) in pairs {
            parameters.set(name, value)?;
        }
        Ok(parameters)
    }

    /// Sets one parameter from text.
    ///
    /// # Errors
    /// A name that nothing has or that this scheme does not have, a value that is not one of those
    /// allowed, a parameter given twice.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        let parameter = self.scheme.parameter(name)?;
        match parameter {
            "count" => store(&mut self.count, parameter, value),
            "start" => store(&mut self.start, parameter, value),
            "total" => store(&mut self.total, parameter, value),
            "seed" => store(&mut self.seed, parameter, value),
            "method" => store(&mut self.method, parameter, value),
            "scramble" => store(&mut self.scramble, parameter, value),
            "randomisation" => store(&mut self.randomisation, parameter, value),
            "dimensions" => store(&mut self.dimensions, parameter, value),
            "order" => store(&mut self.order, parameter, value),
            "ordering" => store(&mut self.ordering, parameter, value),
            "placement" => store(&mut self.placement, parameter, value),
            "columns" => store(&mut self.columns, parameter, value),
            "precision" => store(&mut self.precision, parameter, value),
            _ => Err(ParameterError::unknown(name)),
        }
    }

    /// The names that a parameter (or `scheme`, or `engine`) allows; `None` where it takes numbers or more. For
    /// help texts, completions and forms.
    #[must_use]
    pub fn choices(parameter: &str) -> Option<Vec<&'static str>> {
        value::choices(parameter)
    }

    /// Which scheme.
    #[must_use]
    pub fn scheme(&self) -> SchemeKind {
        self.scheme
    }

    /// The job that these parameters mean. This is the one place where they are checked; what is
    /// below may rely on it.
    ///
    /// # Errors
    /// A parameter that is missing, out of range, or at odds with another.
    pub fn job(&self) -> Result<Job, ParameterError> {
        let start = self.start.unwrap_or(0);
        let count = self.count_from(start)?;
        let end = start.checked_add(count).ok_or(ParameterError::PastTheEnd {
            start,
            count,
            points: u64::MAX,
        })?;
        // The default lattice ends where the request does.
        let total = self.total.unwrap_or(end.max(1));
        let scheme = match self.scheme {
            SchemeKind::Fibonacci => {
                Scheme::Fibonacci { total, placement: self.placement.unwrap_or_default() }
            }
            SchemeKind::Disk => Scheme::Disk { total },
            SchemeKind::Random => Scheme::Random {
                seed: self.seed.unwrap_or(0),
                method: self.method.unwrap_or_default(),
            },
            SchemeKind::Sobol => {
                Scheme::Sobol { domain: self.domain()?, scramble: self.scramble()? }
            }
            SchemeKind::Pixels => Scheme::Pixels {
                order: self.required_order()?,
                ordering: self.ordering.unwrap_or_default(),
            },
        };
        let coordinates = self.columns.unwrap_or_default();
        let precision = self.precision.unwrap_or_default();
        Job::new(scheme, start..end, coordinates, precision)
            .map_err(|error| self.out_of_range(start, count, error))
    }

    /// How many points: as given, else all that the scheme has from `start` on.
    fn count_from(&self, start: u64) -> Result<u64, ParameterError> {
        if let Some(count) = self.count {
            return Ok(count);
        }
        let points = match self.scheme {
            SchemeKind::Pixels => Order::new(self.required_order()?).map(Order::pixels),
            _ => self.total,
        };
        match (points, self.scheme) {
            (Some(points), _) => points.checked_sub(start).ok_or(ParameterError::PastTheEnd {
                start,
                count: 0,
                points,
            }),
            // An order out of range is the scheme's to refuse.
            (None, SchemeKind::Pixels) => Ok(0),
            (None, scheme) => Err(ParameterError::Missing { parameter: "count", scheme }),
        }
    }

    fn required_order(&self) -> Result<u32, ParameterError> {
        self.order.ok_or(ParameterError::Missing { parameter: "order", scheme: self.scheme })
    }

    fn domain(&self) -> Result<Domain, ParameterError> {
        match (self.dimensions, self.columns) {
            (None, _) => Ok(Domain::Sphere),
            (Some(_), Some(Coordinates::LongitudeLatitudeDeg | Coordinates::ThetaPhi)) => {
                Err(ParameterError::AnglesOfTheCube)
            }
            (Some(dimensions), _) => Ok(Domain::Cube { dimensions }),
        }
    }

    fn scramble(&self) -> Result<Scramble, ParameterError> {
        let seed = self.seed.unwrap_or(0);
        let randomisation = self.randomisation.unwrap_or(0);
        match self.scramble.unwrap_or_default() {
            ScrambleKind::Shift => Ok(Scramble::Shift { seed, randomisation }),
            ScrambleKind::Owen => Ok(Scramble::Owen { seed, randomisation }),
            // A seed that changes nothing is a mistake, and a silent one.
            ScrambleKind::None if self.seed.is_some() => {
                Err(ParameterError::NeedsScramble { parameter: "seed" })
            }
            ScrambleKind::None if self.randomisation.is_some() => {
                Err(ParameterError::NeedsScramble { parameter: "randomisation" })
            }
            ScrambleKind::None => Ok(Scramble::None),
        }
    }

    fn out_of_range(&self, start: u64, count: u64, error: SampleError) -> ParameterError {
        let parameter = match error {
            SampleError::RangeOutOfBounds { points, .. } => {
                return ParameterError::PastTheEnd { start, count, points };
            }
            // A default total is start + count, which is what there is to change.
            SampleError::TotalOutOfRange { .. } if self.total.is_none() => {
                return ParameterError::PastTheEnd { start, count, points: MAX_LATTICE_POINTS };
            }
            SampleError::TotalOutOfRange { .. } => "total",
            SampleError::OffsetOutOfRange { .. } | SampleError::OffsetNeedsTwoPoints => "placement",
            SampleError::DimensionsOutOfRange { .. } => "dimensions",
            SampleError::OrderOutOfRange { .. } => "order",
            _ => "scheme",
        };
        ParameterError::OutOfRange { parameter, source: error }
    }
}

fn store<T: Value>(
    slot: &mut Option<T>,
    parameter: &'static str,
    value: &str,
) -> Result<(), ParameterError> {
    if slot.is_some() {
        return Err(ParameterError::Duplicate { parameter });
    }
    *slot = Some(parse(parameter, value)?);
    Ok(())
}

#[cfg(test)]
mod tests;
