//! Whether compiled kernels are whole.

/// Whether an ELF image of 64 bits, such as a cubin, holds all that its tables say it has: who reads it
/// by them reads no byte past its end.
pub(in crate::cuda) fn is_whole(image: &[u8]) -> bool {
    tables_end(image).is_some_and(|end| end <= image.len() as u64)
}

/// The end of the last table or section; `None` if there is no header of one.
fn tables_end(image: &[u8]) -> Option<u64> {
    /// The class is 64 bits, the order little endian.
    const MAGIC: &[u8] = b"\x7fELF\x02\x01";
    /// A section of this type has no bytes in the image.
    const NOTHING: u32 = 8;
    const HEADER: u64 = 64;

    if !image.starts_with(MAGIC) {
        return None;
    }
    let (segments, sections) = (u64_at(image, 32)?, u64_at(image, 40)?);
    let [segment_bytes, segment_count, section_bytes, section_count] =
        [u16_at(image, 54)?, u16_at(image, 56)?, u16_at(image, 58)?, u16_at(image, 60)?];
    let segments_end = segments.checked_add(segment_bytes * segment_count)?;
    let sections_end = sections.checked_add(section_bytes * section_count)?;
    let mut end = HEADER.max(segments_end).max(sections_end);
    for number in 0..section_count {
        let at = sections.checked_add(number * section_bytes)?;
        if u32_at(image, at.checked_add(4)?)? != NOTHING {
            let (offset, bytes) = (at.checked_add(24)?, at.checked_add(32)?);
            end = end.max(u64_at(image, offset)?.checked_add(u64_at(image, bytes)?)?);
        }
    }
    Some(end)
}

fn bytes_at<const N: usize>(image: &[u8], at: u64) -> Option<[u8; N]> {
    image.get(usize::try_from(at).ok()?..)?.first_chunk().copied()
}

fn u16_at(image: &[u8], at: u64) -> Option<u64> {
    Some(u16::from_le_bytes(bytes_at(image, at)?).into())
}

fn u32_at(image: &[u8], at: u64) -> Option<u32> {
    bytes_at(image, at).map(u32::from_le_bytes)
}

fn u64_at(image: &[u8], at: u64) -> Option<u64> {
    bytes_at(image, at).map(u64::from_le_bytes)
}

#[cfg(test)]
pub(in crate::cuda) mod tests {
    use super::*;

    /// A header, 16 bytes of a section, and a table of two sections, one of which has no bytes.
    fn image() -> Vec<u8> {
        let mut image = vec![0; 64 + 16 + 2 * 64];
        let mut put = |at: usize, bytes: &[u8]| image[at..][..bytes.len()].copy_from_slice(bytes);
        put(0, b"\x7fELF\x02\x01");
        put(40, &80_u64.to_le_bytes());
        put(58, &64_u16.to_le_bytes());
        put(60, &2_u16.to_le_bytes());
        put(80 + 4, &1_u32.to_le_bytes());
        put(80 + 24, &64_u64.to_le_bytes());
        put(80 + 32, &16_u64.to_le_bytes());
        put(144 + 4, &8_u32.to_le_bytes());
        put(144 + 32, &u64::MAX.to_le_bytes());
        image
    }

    /// No image is whole without its last byte.
    pub(in crate::cuda) fn is_cut_short_everywhere(image: &[u8]) -> bool {
        (0..image.len()).all(|end| !is_whole(&image[..end]))
    }

    #[test]
    fn an_image_is_whole_to_its_last_byte() {
        let whole = image();
        assert!(is_whole(&whole) && is_cut_short_everywhere(&whole));
    }

    #[test]
    fn what_points_past_the_end_is_not_whole() {
        for (at, bytes) in [(40, u64::MAX), (40, 81), (80 + 24, u64::MAX), (80 + 32, 1 << 40)] {
            let mut wrong = image();
            wrong[at..at + 8].copy_from_slice(&bytes.to_le_bytes());
            assert!(!is_whole(&wrong), "{at}: {bytes}");
        }
        assert!(!is_whole(b"// PTX") && !is_whole(b""));
    }
}
