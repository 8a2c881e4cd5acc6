//! Defaults of bytes, which descriptors contain with C escapes.

/// Decodes escapes. Returns `None` if one is invalid.
pub(crate) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let byte = if *first == b'\\' { escaped(&mut rest)? } else { *first };
        bytes.push(byte);
    }
    Some(bytes)
}

fn escaped(rest: &mut &[u8]) -> Option<u8> {
    let (letter, after) = rest.split_first()?;
    let digits = match letter {
        b'x' | b'X' => return number(rest, 1, 2, 16),
        b'0'..=b'7' => return number(rest, 0, 3, 8),
        _ => after,
    };
    *rest = digits;
    Some(match letter {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'\\' | b'\'' | b'"' | b'?' => *letter,
        _ => return None,
    })
}

/// Decodes a byte of at most `most` digits.
fn number(rest: &mut &[u8], before: usize, most: usize, radix: u32) -> Option<u8> {
    let digits = rest.get(before..)?;
    let count = digits.iter().take(most).take_while(|digit| char::from(**digit).is_digit(radix)).count();
    let text = std::str::from_utf8(digits.get(..count)?).ok()?;
    *rest = digits.get(count..)?;
    u8::from_str_radix(text, radix).ok()
}

/// Escapes bytes so that every reader decodes the same.
pub(crate) fn escape(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:03o}")).collect()
}

#[cfg(test)]
mod tests {
    use super::escape;
    use super::unescape;

    #[test]
    fn bytes_are_unescaped() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("plain", b"plain"),
            (r"\000\377\x7f\x7g", b"\0\xff\x7f\x07g"),
            (r#"\n\t\r\\\'\""#, b"\n\t\r\\'\""),
            (r"\1234", b"S4"),
        ] {
            assert_eq!(unescape(text).as_deref(), Some(bytes), "{text}");
        }
        for text in ["\\", r"\x", r"\q", r"\777"] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }

    #[test]
    fn unescape_reverts_escape() {
        let all: Vec<_> = (0..=u8::MAX).collect();
        assert_eq!(unescape(&escape(&all)), Some(all));
    }
}
