//! The `sphere` command.

fn main() {}
