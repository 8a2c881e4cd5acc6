//! Text that JSON holds as it is.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// Returns the length of the text before the first quote, backslash or control character.
#[inline]
pub(super) fn plain_length(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return 8 * index + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    8 * words.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Checks eight bytes at once. Returns the highest bit of the first byte that is not plain, and perhaps of bytes behind it:
/// a byte that is too small borrows from the next one.
fn special_bytes(word: u64) -> u64 {
    let zero_at = |byte: u8| {
        let difference = word ^ (ONES * u64::from(byte));
        difference.wrapping_sub(ONES) & !difference
    };
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | zero_at(b'"') | zero_at(b'\\')) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::plain_length;

    #[test]
    fn every_byte_is_plain_or_ends_the_text_at_each_place() {
        for byte in 0..=u8::MAX {
            let ends = byte < 0x20 || byte == b'"' || byte == b'\\';
            for length in 0..20 {
                for place in 0..length {
                    let mut text = vec![b' ' + u8::try_from(place).expect("small") % 2; length];
                    text[place] = byte;
                    assert_eq!(plain_length(&text), if ends { place } else { length }, "{text:?}");
                }
            }
        }
    }
}
