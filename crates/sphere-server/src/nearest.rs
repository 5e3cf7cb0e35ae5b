//! The name that somebody may have meant.

/// The candidate with the fewest changes to `name`, if they are few.
pub(crate) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    // Nobody means a route by a text several times as long.
    if name.len() > 64 {
        return None;
    }
    candidates
        .iter()
        .map(|&candidate| (changes(name, candidate), candidate))
        .filter(|&(changes, candidate)| changes <= 1 + candidate.len() / 3)
        .min_by_key(|&(changes, _)| changes)
        .map(|(_, candidate)| candidate)
}

/// The number of characters to insert, delete or replace (Levenshtein's distance).
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::{changes, nearest};

    #[test]
    fn distances() {
        let table = [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
        ];
        for (from, to, expected) in table {
            assert_eq!(changes(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn near_and_far() {
        let places = ["/health", "/metrics", "/v1/sample/sobol"];
        let table = [
            ("/healthz", Some("/health")),
            ("/metric", Some("/metrics")),
            ("/sample/sobol", Some("/v1/sample/sobol")),
            ("/admin.php", None),
            ("/", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, &places), expected, "{name}");
        }
        assert_eq!(nearest(&"/health".repeat(100), &places), None);
    }
}
