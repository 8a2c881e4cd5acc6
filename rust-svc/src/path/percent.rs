//! Percent-encoding.

use std::borrow::Cow;

/// Percent-encodes separators and wildcards in a literal.
pub(super) fn encode(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '%' | '*' | '/' | '{' | '}' | '?' | '#' | ' ' => out.push_str(&format!("%{:02X}", u32::from(character))),
            _ => out.push(character),
        }
    }
}

/// Decodes each `%XX`, except for bytes to `keep`. `None` if a `%` is not followed by two hexadecimal digits.
pub(crate) fn percent_decode(text: &str, keep: impl Fn(u8) -> bool) -> Option<Cow<'_, [u8]>> {
    let Some(first) = text.find('%') else { return Some(Cow::Borrowed(text.as_bytes())) };
    let (plain, mut rest) = text.as_bytes().split_at(first);
    let mut decoded = plain.to_vec();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            decoded.push(byte);
            rest = after;
            continue;
        }
        let value = hexadecimal(*after.first()?)? << 4 | hexadecimal(*after.get(1)?)?;
        if keep(value) {
            decoded.extend_from_slice(&rest[..3])
        } else {
            decoded.push(value)
        }
        rest = &after[2..];
    }
    Some(Cow::Owned(decoded))
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::percent_decode;

    #[test]
    fn escapes_are_decoded_except_for_kept_bytes() {
        let decode = |text| percent_decode(text, |byte| byte == b'/').map(|bytes| bytes.into_owned());
        assert_eq!(decode("a%20b%2fc%2F"), Some(b"a b%2fc%2F".to_vec()));
        assert_eq!(decode("%2525"), Some(b"%25".to_vec()));
        for bad in ["%", "%4", "a%4", "%zz", "%+1"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
