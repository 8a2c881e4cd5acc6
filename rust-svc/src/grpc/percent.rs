//! The percent encoding of `grpc-message`.

use std::fmt::Write;

/// Printable characters that are encoded all the same, as other implementations do.
const UNSAFE: &[u8] = b" \"#%<>`?{}";

/// Encodes text, so that any header can carry it.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.is_ascii_graphic() && !UNSAFE.contains(&byte) {
            true => encoded.push(char::from(byte)),
            false => _ = write!(encoded, "%{byte:02X}"),
        }
    }
    encoded
}

/// Decodes well-formed escapes and keeps malformed ones, as the gRPC protocol requires.
pub(crate) fn decode(encoded: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        let (byte, tail) = escape(rest).unwrap_or((*first, tail));
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, tail @ ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = digit(*high)? * 16 + digit(*low)?;
    Some((u8::try_from(byte).ok()?, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_encoded_and_decoded() {
        for (text, encoded) in [
            ("", ""),
            ("plain", "plain"),
            ("50% of it", "50%25%20of%20it"),
            ("café\r\n", "caf%C3%A9%0D%0A"),
            ("`{\"a\": <#?>}`", "%60%7B%22a%22:%20%3C%23%3F%3E%7D%60"),
            ("~!$&'()*+,-./:;=@[]^_|\\", "~!$&'()*+,-./:;=@[]^_|\\"),
            ("\u{7f}", "%7F"),
        ] {
            assert_eq!(encode(text), encoded);
            assert_eq!(decode(encoded.as_bytes()), text);
        }
    }

    #[test]
    fn malformed_escapes_are_kept() {
        for (encoded, text) in [("100%", "100%"), ("%zz%4", "%zz%4"), ("%FF", "\u{fffd}"), ("a b", "a b")] {
            assert_eq!(decode(encoded.as_bytes()), text);
        }
    }
}
