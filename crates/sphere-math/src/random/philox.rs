//! Philox4x32-10: ten rounds of multiply and xor turn a counter into 128 random bits.

pub(super) const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Key schedule: the golden ratio and sqrt(3) - 1 in 32-bit fixed point.
pub(super) const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
pub(super) const ROUNDS: usize = 10;

/// Four random words for a 128-bit counter under a 64-bit key, both low word first.
///
/// A bijection of the counter for each key. Salmon2011, section 3.2; the constants and the known
/// answers are those of the Random123 distribution. O(1).
///
/// ```
/// use sphere_math::random::philox4x32;
///
/// let words = philox4x32([0; 4], [0; 2]);
/// assert_eq!(words, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
#[must_use]
#[inline(always)]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut words = counter;
    let mut key = key;
    for _ in 0..ROUNDS {
        words = round(words, key);
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    words
}

#[inline(always)]
fn round([c0, c1, c2, c3]: [u32; 4], [k0, k1]: [u32; 2]) -> [u32; 4] {
    let [low0, high0] = wide_product(MULTIPLIERS[0], c0);
    let [low1, high1] = wide_product(MULTIPLIERS[1], c2);
    [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0]
}

#[inline(always)]
fn wide_product(a: u32, b: u32) -> [u32; 2] {
    let product = u64::from(a) * u64::from(b);
    [product as u32, (product >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::philox4x32;

    #[test]
    fn published_known_answers() {
        let table = include_str!("../../tests/data/philox_random123.csv");
        let mut seen = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let words = line.split(',').map(|word| u32::from_str_radix(word, 16).unwrap());
            let words: Vec<u32> = words.collect();
            let (counter, key) = (*words.first_chunk().unwrap(), [words[4], words[5]]);
            assert_eq!(philox4x32(counter, key), words[6..], "{line}");
            seen += 1;
        }
        assert_eq!(seen, 3);
    }
}
