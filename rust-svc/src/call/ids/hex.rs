//! Numbers as hexadecimal digits, eight of them in a word: each call reads and prints some.

/// A byte of a word each.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Prints the bytes of a number, as many as there are pairs of digits.
pub(crate) fn print(bytes: &[u8], text: &mut [u8]) {
    let (words, texts) = (bytes.as_chunks().0, text.as_chunks_mut().0);
    for (word, text) in words.iter().zip(texts) {
        *text = digits(u32::from_be_bytes(*word));
    }
}

/// The number that digits are, eight or a multiple of it; `None` if one of them is no digit, or a capital one.
pub(crate) fn read(text: &[u8]) -> Option<u128> {
    let words = text.as_chunks().0;
    words.iter().try_fold(0, |number, word| Some(number << 32 | u128::from(value(*word)?)))
}

/// The digits of a number.
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
    // What is no digit is not printed as it was.
    (digits(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{digits, print, read};

    #[test]
    fn they_are_read_as_they_were_printed() {
        for number in [0, 1, 0x0123_4567_89ab_cdef, u128::MAX, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736] {
            let mut text = [0; 32];
            print(&number.to_be_bytes(), &mut text);
            assert_eq!(std::str::from_utf8(&text), Ok(&*format!("{number:032x}")));
            assert_eq!(read(&text), Some(number));
        }
        assert_eq!(&digits(0xdead_0042), b"dead0042");
    }

    #[test]
    fn what_is_no_digit() {
        for byte in (0..=u8::MAX).filter(|byte| !b"0123456789abcdef".contains(byte)) {
            for place in 0..8 {
                let mut text = *b"0f0f0f0f";
                text[place] = byte;
                assert_eq!(read(&text), None, "{text:?}");
            }
        }
    }
}
