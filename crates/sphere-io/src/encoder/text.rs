//! CSV and JSON.

use std::fmt::Write as _;

use super::{Header, Metadata};
use crate::Element;

pub(super) const JSON_END: &[u8] = b"\n]}\n";

pub(super) fn csv_head(header: &Header) -> Vec<u8> {
    (header.columns.join(",") + "\n").into_bytes()
}

pub(super) fn csv_rows<R: Element>(values: &[R], columns: usize, bytes: &mut Vec<u8>) {
    for row in values.chunks_exact(columns) {
        for value in row {
            value.write_text(bytes);
            bytes.push(b',');
        }
        // There is a value, so there is a comma: the line ends in its place.
        bytes.pop();
        bytes.push(b'\n');
    }
}

pub(super) fn json_head(header: &Header) -> Vec<u8> {
    let columns: Vec<String> = header.columns.iter().map(|name| json_string(name)).collect();
    let mut head = format!("{{\"columns\":[{}]", columns.join(","));
    for (name, value) in &header.metadata {
        let value = match value {
            Metadata::Text(text) => json_string(text),
            Metadata::Number(number) => number.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = write!(head, ",{}:{value}", json_string(name));
    }
    (head + ",\"points\":[").into_bytes()
}

pub(super) fn json_rows<R: Element>(
    values: &[R],
    columns: usize,
    mut is_first: bool,
    bytes: &mut Vec<u8>,
) {
    for row in values.chunks_exact(columns) {
        bytes.extend_from_slice(if is_first { b"\n[" } else { b",\n[" });
        is_first = false;
        for value in row {
            if value.is_finite() {
                value.write_text(bytes);
            } else {
                bytes.extend_from_slice(b"null");
            }
            bytes.push(b',');
        }
        bytes.pop();
        bytes.push(b']');
    }
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
