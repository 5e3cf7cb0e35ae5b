//! What was measured, as the files say it.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value};

/// The names of the files that the report knows, without `.json`.
const NAMES: [&str; 7] =
    ["machine", "rates", "latency", "quality", "allocations", "instructions", "peers"];

/// Null in place of what is not there.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    values: Map<String, Value>,
    /// Flame graphs, by name.
    pub(super) flames: Vec<(String, String)>,
}

impl Fragments {
    pub(super) fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut fragments = Self::default();
        for name in NAMES {
            let path = folder.join(format!("{name}.json"));
            let Some(text) = there(fs::read_to_string(&path))? else { continue };
            let value = serde_json::from_str(&text)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            fragments.values.insert(name.to_owned(), value);
        }
        if let Some(entries) = there(fs::read_dir(folder.join("flames")))? {
            for entry in entries {
                let path = entry?.path();
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                if path.extension().is_some_and(|end| end == "svg") {
                    fragments.flames.push((name, fs::read_to_string(&path)?));
                }
            }
            fragments.flames.sort();
        }
        Ok(fragments)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.flames.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&Value::Null)
    }

    /// The cases of a fragment, none where it is absent.
    pub(super) fn cases(&self, name: &str) -> &[Value] {
        self.get(name)["cases"].as_array().map_or(&[], Vec::as_slice)
    }

    /// One case of a fragment, null where it is absent.
    pub(super) fn case(&self, name: &str, case: &str) -> &Value {
        self.cases(name).iter().find(|one| one["case"] == case).unwrap_or(&Value::Null)
    }

    /// Everything but the pictures, which are named.
    pub(super) fn to_json(&self) -> Value {
        let mut all = self.values.clone();
        let names = self.flames.iter().map(|(name, _)| Value::from(name.as_str())).collect();
        all.insert("flames".to_owned(), names);
        Value::Object(all)
    }
}

/// A fragment that was not made is no error, one that cannot be read is.
fn there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
