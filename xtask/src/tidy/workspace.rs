//! The crates of the workspace, as cargo reads them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate of the workspace.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its `Cargo.toml`, relative to the root.
    pub(super) path: PathBuf,
    /// What that file says.
    pub(super) manifest: String,
    /// What it imports, for whatever purpose and platform.
    pub(super) imports: Vec<Import>,
}

/// A dependency, under its real name.
#[derive(Debug, Clone)]
pub(super) struct Import {
    pub(super) name: String,
    /// Whether it comes from a folder rather than from a registry.
    pub(super) local: bool,
}

impl Member {
    /// The line, from 1, on which `name` is imported.
    pub(super) fn line_of(&self, name: &str) -> usize {
        let word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let mut dependencies = false;
        let found = self.manifest.lines().position(|line| {
            let code = line.split('#').next().unwrap_or_default();
            if code.trim_start().starts_with('[') {
                dependencies = code.contains("dependencies");
            }
            dependencies && code.split(|c| !word(c)).any(|part| part == name)
        });
        found.map_or(1, |index| index + 1)
    }
}

/// Every member, by name. Cargo reads the manifests alone: nothing is resolved or fetched.
pub(super) fn members(root: &Path) -> Result<Vec<Member>, Box<dyn Error>> {
    let output = Command::new(crate::cargo())
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo cannot read the workspace: {said}").into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    // Cargo's own idea of the root: it may have resolved symbolic links.
    let root = Path::new(text(&metadata, "workspace_root")?);
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut members =
        packages.iter().map(|one| member(root, one)).collect::<Result<Vec<_>, _>>()?;
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

fn member(root: &Path, package: &Value) -> Result<Member, Box<dyn Error>> {
    let path = Path::new(text(package, "manifest_path")?);
    let dependencies =
        package["dependencies"].as_array().ok_or("a package without dependencies")?;
    let import = |one: &Value| -> Result<Import, Box<dyn Error>> {
        Ok(Import { name: text(one, "name")?.to_owned(), local: one["path"].is_string() })
    };
    Ok(Member {
        name: text(package, "name")?.to_owned(),
        path: path.strip_prefix(root)?.to_path_buf(),
        manifest: fs::read_to_string(path)?,
        imports: dependencies.iter().map(import).collect::<Result<_, _>>()?,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value[key].as_str().ok_or_else(|| format!("cargo metadata without `{key}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_found_where_it_stands_and_not_where_it_is_spoken_of() {
        let member = Member {
            name: "sphere-io".to_owned(),
            path: PathBuf::from("Cargo.toml"),
            manifest: "[package]\ndescription = \"after sphere-math\"\n[dependencies]\n\
                       # sphere-math\nsphere-mathematics = \"1\"\nm = { package = \"sphere-math\" }\n"
                .to_owned(),
            imports: Vec::new(),
        };
        assert_eq!(member.line_of("sphere-math"), 6);
        assert_eq!(member.line_of("absent"), 1);
    }
}
