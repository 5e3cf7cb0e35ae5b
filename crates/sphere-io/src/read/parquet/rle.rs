//! Small numbers in runs and in groups of bits, as Parquet stores levels and dictionary indices.

use crate::thrift::read_varint;

/// The first `count` numbers of `width` bits each; `None` where there are not as many.
pub(super) fn read(mut bytes: &[u8], width: u32, count: usize) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    if width > 32 {
        return None;
    }
    while numbers.len() < count {
        let header = read_varint(&mut bytes)?;
        let left = count - numbers.len();
        if header & 1 == 0 {
            let length = usize::try_from(header >> 1).ok()?.min(left);
            let (number, rest) = bytes.split_at_checked(width.div_ceil(8) as usize)?;
            bytes = rest;
            let mut word = [0; 4];
            word[..number.len()].copy_from_slice(number);
            numbers.resize(numbers.len() + length, u32::from_le_bytes(word));
            if length == 0 {
                return None;
            }
        } else {
            // Groups of eight numbers, each `width` bytes; the last group may be cut.
            let groups = usize::try_from(header >> 1).ok()?;
            let length = groups.checked_mul(width as usize)?.min(bytes.len());
            let (packed, rest) = bytes.split_at(length);
            bytes = rest;
            let whole = groups.checked_mul(8)?.min(left);
            let available = if width == 0 { whole } else { packed.len() * 8 / width as usize };
            if groups == 0 || available < whole {
                return None;
            }
            numbers.extend((0..whole).map(|at| unpack(packed, at * width as usize, width)));
        }
    }
    Some(numbers)
}

/// The number of `width` bits from a bit on, least significant first.
fn unpack(packed: &[u8], bit: usize, width: u32) -> u32 {
    let mut word = [0; 8];
    let bytes = packed.get(bit / 8..).unwrap_or_default();
    let length = bytes.len().min(8);
    word[..length].copy_from_slice(&bytes[..length]);
    let mask = (1_u64 << width) - 1;
    (u64::from_le_bytes(word) >> (bit % 8) & mask) as u32
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn runs_and_groups() {
        // The example of the specification: 0 to 7 in three bits each.
        let packed = [0b0000_0011, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(read(&packed, 3, 8), Some((0..8).collect()));
        assert_eq!(read(&[10, 7, 0b0000_0011, 0b101, 0, 0], 1, 7), Some(vec![7, 7, 7, 7, 7, 1, 0]));
        assert_eq!(read(&[200, 1, 0x34, 0x12, 0], 17, 100), Some(vec![0x1234; 100]));
        assert_eq!(read(&[20], 0, 10), Some(vec![0; 10]));
        assert_eq!(read(&[21], 0, 10), Some(vec![0; 10]));
    }

    #[test]
    fn too_few_numbers() {
        let table: [(&[u8], u32); 5] =
            [(&[], 1), (&[0, 1], 1), (&[1], 1), (&[3, 0], 3), (&[10, 1], 33)];
        for (bytes, width) in table {
            assert_eq!(read(bytes, width, 8), None, "{bytes:?}");
        }
    }
}
