//! Lists of numbers as Linux writes them: `0-3,8-11`.

/// Above any processor or node of any machine; what is larger is damage, and must not fill memory.
const MOST: u32 = 1 << 16;

/// The numbers of a list, ascending; `None` if it is no list. An empty one has none.
pub(super) fn parse(text: &str) -> Option<Vec<u32>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut numbers = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let [first, last] = [first.parse::<u32>().ok()?, last.parse().ok()?];
        if first > last || last >= MOST {
            return None;
        }
        numbers.extend(first..=last);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn lists_by_hand() {
        let table: [(&str, Option<&[u32]>); 15] = [
            ("", Some(&[])),
            ("\n", Some(&[])),
            ("0\n", Some(&[0])),
            ("0-3,8-11", Some(&[0, 1, 2, 3, 8, 9, 10, 11])),
            ("8,0-1\n", Some(&[0, 1, 8])),
            ("5-5,5", Some(&[5])),
            ("65535", Some(&[65535])),
            ("65536", None),
            ("0-4294967295", None),
            ("3-1", None),
            ("-1", None),
            ("1-", None),
            ("1,,2", None),
            ("0x1", None),
            ("zero", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text).as_deref(), expected, "{text:?}");
        }
    }
}
