//! The header of a PLY file. What follows it are the rows as they are.

use std::fmt::Write as _;

use super::{Header, METADATA_PREFIX};
use crate::Precision;

/// Lines of ASCII, whatever the names and the metadata are: a line break among them would end the
/// line, and a reader would take what follows for its next instruction.
pub(super) fn head(header: &Header, precision: Precision) -> Vec<u8> {
    let kind = match precision {
        Precision::Single => "float",
        Precision::Double => "double",
    };
    let mut head = String::from("ply\nformat binary_little_endian 1.0\n");
    // Writing to a string cannot fail.
    for (name, value) in &header.metadata {
        let value = one_line(&value.text());
        let _ = writeln!(head, "comment {METADATA_PREFIX}{} {value}", one_word(name));
    }
    let _ = writeln!(head, "element vertex {}", header.rows);
    for name in &header.columns {
        let _ = writeln!(head, "property {kind} {}", one_word(name));
    }
    (head + "end_header\n").into_bytes()
}

/// A name with `_` for whatever would divide it.
fn one_word(name: &str) -> String {
    if name.is_empty() {
        return "_".into();
    }
    name.chars().map(|char| if char.is_ascii_graphic() { char } else { '_' }).collect()
}

/// A text as it is where that is one plain line, else as a string of JSON in ASCII.
fn one_line(text: &str) -> String {
    let is_plain = text.chars().all(|char| char == ' ' || char.is_ascii_graphic());
    if is_plain && text.trim() == text && !text.starts_with('"') {
        return text.into();
    }
    let mut line = String::from("\"");
    for char in text.chars() {
        if (char == ' ' || char.is_ascii_graphic()) && !matches!(char, '"' | '\\') {
            line.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
    }
    line + "\""
}

#[cfg(test)]
mod tests {
    use super::{Header, head};
    use crate::Precision;

    #[test]
    fn no_name_and_no_text_breaks_a_line() {
        let header = Header::new(vec!["x".into(), "a b\nend_header".into(), String::new()], 7)
            .with_number("draws", 1)
            .with_texts([("scheme", "sobol"), ("note", "é \"\nend_header\r"), ("empty", "")]);
        let expected = "ply\nformat binary_little_endian 1.0\ncomment sphere.draws 1\n\
            comment sphere.scheme sobol\n\
            comment sphere.note \"\\u00e9 \\u0022\\u000aend_header\\u000d\"\n\
            comment sphere.empty \nelement vertex 7\nproperty float x\n\
            property float a_b_end_header\nproperty float _\nend_header\n";
        assert_eq!(String::from_utf8(head(&header, Precision::Single)).unwrap(), expected);
    }
}
