//! Names of functions that fit.

/// The last of a name: `<a::b::Fill<R> as c::Kernel>::lanes` is `Fill::lanes`, `a::b::c::<T>::d` is
/// `c::d`.
pub(super) fn short(name: &str) -> String {
    // The arrow of a function type closes no bracket.
    let plain = without_generics(&name.replace("->", "→"));
    let parts: Vec<&str> = plain.split("::").filter(|part| !part.is_empty()).collect();
    let shown = parts.len().saturating_sub(if is_closure(&parts) { 3 } else { 2 });
    parts[shown..].join("::").replace("{{closure}}", "{closure}")
}

/// The crate that a function is from, or the trait that it implements: what stands before the first
/// `::` of its name.
pub(super) fn origin(name: &str) -> &str {
    let path = name.split("::").next().unwrap_or_default();
    path.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .next()
        .unwrap_or_default()
}

fn is_closure(parts: &[&str]) -> bool {
    parts.last().is_some_and(|last| last.starts_with("{{"))
}

/// `<A<B> as C>::d<E>` is `A::d`: what is in brackets goes, but of a leading pair, which encloses a
/// type, what stands before ` as ` stays.
fn without_generics(name: &str) -> String {
    let (head, rest) = match leading(name) {
        Some((inside, rest)) => (without_generics(subject(inside)), rest),
        None => (String::new(), name),
    };
    let mut depth = 0_i32;
    let mut kept = head;
    for letter in rest.chars() {
        depth += i32::from(letter == '<');
        if depth == 0 {
            kept.push(letter);
        }
        depth -= i32::from(letter == '>');
    }
    kept
}

/// What stands before ` as ` outside all brackets.
fn subject(inside: &str) -> &str {
    let mut depth = 0_i32;
    for (at, letter) in inside.char_indices() {
        depth += i32::from(letter == '<') - i32::from(letter == '>');
        if depth == 0 && inside[at..].starts_with(" as ") {
            return &inside[..at];
        }
    }
    inside
}

/// The inside of the brackets that a name begins with, and what follows them.
fn leading(name: &str) -> Option<(&str, &str)> {
    let inside = name.strip_prefix('<')?;
    let mut depth = 1_i32;
    for (at, letter) in inside.char_indices() {
        depth += i32::from(letter == '<') - i32::from(letter == '>');
        if depth == 0 {
            return Some((&inside[..at], &inside[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{origin, short};

    #[test]
    fn names_are_cut_to_what_tells_them_apart() {
        let table = [
            ("main", "main", "main"),
            ("core::slice::copy_from_slice", "slice::copy_from_slice", "core"),
            ("<a::b::Fill<R,P> as a::simd::Kernel>::lanes", "Fill::lanes", "a"),
            ("a::simd::Instructions::run::{{closure}}", "Instructions::run::{closure}", "a"),
            ("a::c::<T>::d<Vec<u8>>", "c::d", "a"),
            ("<[T] as a::Copy<Vec<U>>>::copy", "[T]::copy", "a"),
            ("<f64 as a::b::Lift>::lift", "f64::lift", "a"),
            ("<F as fn(u8) -> u8>::call", "F::call", ""),
            ("<unbalanced", "", "unbalanced"),
            ("", "", ""),
        ];
        for (name, expected, from) in table {
            assert_eq!(short(name), expected, "{name}");
            assert_eq!(origin(name), from, "{name}");
        }
    }
}
