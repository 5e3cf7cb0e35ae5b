//! The report for programs.

use serde_json::{Map, Value as Json, json};
use sphere_math::quality::{Basis, Coverage, CubeReport, Figure, Harmonic, Reference, Value};

use super::Report;

impl Report {
    /// One object. 64-bit counts are texts: many readers of JSON have no integers beyond 2^53.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut report = Map::new();
        let mut set = |key: &str, value: Json| drop(report.insert(key.to_string(), value));
        set("kind", self.kind().into());
        set("count", self.count().to_string().into());
        match self {
            Self::Directions(report) => set("duplicates", report.duplicates.to_string().into()),
            Self::Disk(report) => set("duplicates", report.duplicates.to_string().into()),
            Self::Cube(report) => set("dimensions", report.dimensions.into()),
        }
        for row in self.rows() {
            set(row.key, figure(row.figure));
        }
        match self {
            Self::Directions(report) => {
                set("harmonics", report.harmonics.iter().map(harmonic).collect());
            }
            Self::Cube(report) => set("strata", strata(report)),
            Self::Disk(_) => {}
        }
        report.into()
    }
}

fn figure(figure: Figure) -> Json {
    let mut json = match figure.value {
        Value::Exact(value) => json!({ "method": "exact", "value": value }),
        Value::Estimate { value, standard_error } => {
            json!({ "method": "estimate", "value": value, "standard_error": standard_error })
        }
        Value::Bracket { lo, hi } => json!({ "method": "bracket", "lo": lo, "hi": hi }),
    };
    for (name, reference) in [("perfect", figure.perfect), ("random", figure.random)] {
        if let Some(Reference { value, basis }) = reference {
            json[name] = json!({ "value": value, "basis": basis_name(basis) });
        }
    }
    json
}

fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Exact => "exact",
        Basis::Bound => "bound",
        Basis::Asymptotic => "asymptotic",
        Basis::Conjecture => "conjecture",
    }
}

fn harmonic(harmonic: &Harmonic) -> Json {
    json!({
        "degree": harmonic.degree,
        "power": harmonic.power.value.central(),
        "worst_error": harmonic.worst_error,
    })
}

fn strata(report: &CubeReport) -> Json {
    let strata = &report.strata;
    let texts = |counts: &[u64]| -> Vec<String> { counts.iter().map(u64::to_string).collect() };
    let pairs: Vec<Json> = strata
        .pairs
        .iter()
        .map(|pair| {
            let [missed, boxes] = [pair.missed, pair.boxes].map(|count| count.to_string());
            json!({ "dimensions": pair.dimensions, "missed": missed, "boxes": boxes })
        })
        .collect();
    json!({
        "points": (1_u64 << strata.log2_points).to_string(),
        "intervals_missed": texts(&strata.intervals),
        "pairs": pairs,
        "random_share": strata.random_share(),
        "complete": strata.coverage == Coverage::Complete,
    })
}
