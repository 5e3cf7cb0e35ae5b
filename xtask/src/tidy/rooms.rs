//! Unsafe code lives in its rooms.

use std::path::Path;

use super::Finding;

/// The files that may open themselves for unsafe code.
const ROOMS: &[&str] = &[
    "crates/sphere-engine/src/cuda/compile.rs",
    "crates/sphere-engine/src/cuda/driver/mod.rs",
    "crates/sphere-engine/src/cuda/driver/real.rs",
    "crates/sphere-engine/src/cuda/harm.rs",
    "crates/sphere-engine/src/cuda/host.rs",
    "crates/sphere-engine/src/cuda/measure.rs",
    "crates/sphere-engine/src/cuda/place.rs",
    "crates/sphere-engine/src/cuda/ring.rs",
    "crates/sphere-engine/src/cuda/search.rs",
    "crates/sphere-engine/src/cuda/tests/kept.rs",
    "crates/sphere-engine/src/cuda/uploads.rs",
    "crates/sphere-engine/src/fixed_memory.rs",
    "crates/sphere-engine/src/numa/move_pages.rs",
    "crates/sphere-math/src/simd/stream.rs",
    "crates/sphere-offload/src/worker/shared.rs",
];

/// A finding for every line that opens a file which is no room.
pub(super) fn check(path: &Path, bytes: &[u8]) -> Vec<Finding> {
    // This file names the attribute.
    let is_here = path.ends_with("xtask/src/tidy/rooms.rs");
    if is_here || ROOMS.iter().any(|room| path == Path::new(room)) {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    if path.extension().is_none_or(|extension| extension != "rs") {
        return Vec::new();
    }
    let opens = |line: &&str| {
        ["allow(unsafe_code", "expect(unsafe_code", "warn(unsafe_code"]
            .iter()
            .any(|attribute| line.contains(attribute))
    };
    let what = "unsafe code is for the rooms in xtask/src/tidy/rooms.rs: argue for a new one there";
    let lines = text.lines().zip(1..);
    lines.filter(|(line, _)| opens(line)).map(|(_, at)| Finding::new(path, at, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_room_opens_itself() {
        let opening = b"//! A kernel.\n#![allow(unsafe_code)]\n";
        let room = Path::new(ROOMS[0]);
        assert_eq!(check(room, opening), []);
        let elsewhere = check(Path::new("crates/sphere-math/src/sum.rs"), opening);
        assert_eq!(elsewhere.len(), 1);
        assert_eq!(elsewhere[0].line, 2);
        assert_eq!(check(Path::new("crates/sphere-math/src/sum.rs"), b"//! Sums.\n"), []);
        assert_eq!(check(Path::new("docs/notes.md"), opening), []);
    }
}
