//! Hexadecimal numbers. Each call parses and prints some, so eight digits are handled at once, as a word.

/// A one in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Prints the bytes of a number, two digits each.
pub(crate) fn print(bytes: &[u8], text: &mut [u8]) {
    let (words, texts) = (bytes.as_chunks().0, text.as_chunks_mut().0);
    for (word, text) in words.iter().zip(texts) {
        *text = digits(u32::from_be_bytes(*word));
    }
}

/// Parses a multiple of eight lower-case digits; `None` if there is any other character.
pub(crate) fn parse(text: &[u8]) -> Option<u128> {
    let words = text.as_chunks().0;
    words.iter().try_fold(0, |number, word| Some(number << 32 | u128::from(value(*word)?)))
}

/// Returns the digits of a number.
fn digits(number: u32) -> [u8; 8] {
    let halves = u64::from(number);
    let halves = (halves | halves << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (halves | halves << 8) & (0xff * 0x0001_0001_0001_0001);
    let values = (bytes | bytes << 4) & (0xf * ONES);
    let letters = (values + 6 * ONES) >> 4 & ONES;
    (values + u64::from(b'0') * ONES + letters * u64::from(b'a' - b'9' - 1)).to_be_bytes()
}

fn value(text: [u8; 8]) -> Option<u32> {
    let word = u64::from_be_bytes(text);
    let letters = word >> 6 & ONES;
    let values = (word & (0xf * ONES)) + 9 * letters;
    let bytes = (values | values >> 4) & (0xff * 0x0001_0001_0001_0001);
    let halves = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    let number = (halves | halves >> 16) as u32;
    // An invalid character does not survive the way back.
    (digits(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{digits, parse, print};

    #[test]
    fn parse_is_the_inverse_of_print() {
        for number in [0, 1, 0x0123_4567_89ab_cdef, u128::MAX, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736] {
            let mut text = [0; 32];
            print(&number.to_be_bytes(), &mut text);
            assert_eq!(std::str::from_utf8(&text), Ok(&*format!("{number:032x}")));
            assert_eq!(parse(&text), Some(number));
        }
        assert_eq!(&digits(0xdead_0042), b"dead0042");
    }

    #[test]
    fn other_characters_are_not_parsed() {
        for byte in (0..=u8::MAX).filter(|byte| !b"0123456789abcdef".contains(byte)) {
            for place in 0..8 {
                let mut text = *b"0f0f0f0f";
                text[place] = byte;
                assert_eq!(parse(&text), None, "{text:?}");
            }
        }
    }
}
