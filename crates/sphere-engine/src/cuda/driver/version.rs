//! Which driver there is.

use std::ffi::c_int;

/// The oldest CUDA whose driver runs what NVRTC of CUDA 12 compiles.
const OLDEST: c_int = 12_000;

/// Where the system tells the number of the driver itself.
const MODULE: &str = "/proc/driver/nvidia/version";

/// Whether a driver is new enough. `version` is 1000 times the major and 10 times the minor number of
/// the newest CUDA that it knows.
pub(super) fn check(version: c_int) -> Result<(), String> {
    if version >= OLDEST {
        return Ok(());
    }
    Err(format!(
        "the driver is too old: it knows {}, and {} is needed",
        cuda(version),
        cuda(OLDEST)
    ))
}

/// The driver in words: `570.86.15, CUDA 12.8`.
pub(super) fn describe(version: c_int) -> String {
    let module = std::fs::read_to_string(MODULE).unwrap_or_default();
    let number = number(&module).map(|number| format!("{number}, "));
    format!("{}{}", number.unwrap_or_default(), cuda(version))
}

fn cuda(version: c_int) -> String {
    format!("CUDA {}.{}", version / 1000, version % 1000 / 10)
}

/// The first word that begins with a digit and has a point.
fn number(module: &str) -> Option<&str> {
    let mut words = module.split_whitespace();
    words.find(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_from_cuda_12_on_are_new_enough() {
        for version in [12_000, 12_080, 13_000, 13_040] {
            assert_eq!(check(version), Ok(()));
        }
        let told = check(11_040).unwrap_err();
        assert_eq!(told, "the driver is too old: it knows CUDA 11.4, and CUDA 12.0 is needed");
        assert!(check(0).is_err());
    }

    #[test]
    fn the_number_is_found_in_what_the_system_says() {
        for (text, expected) in [
            (
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Fri Jan 24 22:31:49 UTC 2025",
                Some("570.86.15"),
            ),
            (
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build",
                Some("580.65.06"),
            ),
            ("", None),
        ] {
            assert_eq!(number(text), expected);
        }
    }
}
