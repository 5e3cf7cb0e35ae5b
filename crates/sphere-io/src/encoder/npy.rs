//! The header of a `NumPy` array file.

/// The whole header, version 1.0, padded so that the data starts on a multiple of 64 bytes. The
/// longest shape there is keeps it below 128 bytes.
pub(super) fn head(descriptor: &str, rows: u64, columns: usize) -> Vec<u8> {
    head_of_shape(descriptor, &format!("({rows}, {columns})"))
}

/// The same for any shape, as Python writes a tuple.
pub(crate) fn head_of_shape(descriptor: &str, shape: &str) -> Vec<u8> {
    const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
    const ALIGNMENT: usize = 64;
    let dictionary =
        format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {shape}, }}");
    let before = MAGIC.len() + size_of::<u16>() + dictionary.len();
    let length = (before + 1).next_multiple_of(ALIGNMENT) - MAGIC.len() - size_of::<u16>();
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&(length as u16).to_le_bytes());
    header.extend_from_slice(dictionary.as_bytes());
    header.resize(MAGIC.len() + size_of::<u16>() + length - 1, b' ');
    header.push(b'\n');
    header
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn it_is_what_numpy_writes() {
        // numpy.save of zeros((3, 2)), NumPy 2.
        let expected = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, \
            'shape': (3, 2), }                                                          \n";
        assert_eq!(head("<f8", 3, 2), expected);
    }

    #[test]
    fn the_data_is_aligned_at_any_shape() {
        for rows in [0, 1, 999_999_999, u64::MAX] {
            for columns in [1, 2, 3, 21_201, usize::MAX] {
                let header = head("<f4", rows, columns);
                assert_eq!(header.len() % 64, 0);
                let length = u16::from_le_bytes([header[8], header[9]]);
                assert_eq!(usize::from(length) + 10, header.len());
                assert_eq!(header.last(), Some(&b'\n'));
            }
        }
    }
}
