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

/// Returns whether each `%` is followed by two hexadecimal digits.
#[cfg(feature = "gateway")]
pub(crate) fn is_percent_encoded(text: &str) -> bool {
    let mut escapes = text.as_bytes().split(|byte| *byte == b'%').skip(1);
    escapes.all(|escape| matches!(escape, [high, low, ..] if hexadecimal(*high).and(hexadecimal(*low)).is_some()))
}

/// Returns the decoded bytes of a valid text, without a copy.
#[cfg(feature = "gateway")]
pub(crate) fn decoded_bytes(text: &str) -> impl Iterator<Item = u8> + '_ {
    let mut bytes = text.bytes();
    std::iter::from_fn(move || match bytes.next()? {
        b'%' => Some(hexadecimal(bytes.next()?)? << 4 | hexadecimal(bytes.next()?)?),
        byte => Some(byte),
    })
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

    #[cfg(feature = "gateway")]
    #[test]
    fn escapes_are_checked_and_decoded_without_a_copy() {
        for text in ["", "a", "%", "%4", "%41", "a%4", "%zz", "%+1", "%2525", "%%41", "%41%", "%c3%A9/%00b", "%4\u{e9}"]
        {
            let decoded = percent_decode(text, |_| false);
            assert_eq!(super::is_percent_encoded(text), decoded.is_some(), "{text}");
            if let Some(decoded) = decoded {
                assert_eq!(super::decoded_bytes(text).collect::<Vec<_>>(), *decoded, "{text}");
            }
        }
    }
}
