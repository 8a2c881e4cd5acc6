//! Keys of maps in the paths of fields.

use std::fmt::Write as _;

/// A key of a map.
pub trait PathKey: Ord {
    /// Returns the key as a path has it between brackets: a string is quoted, so that its end is unambiguous.
    fn subscript(&self) -> String;
}

impl PathKey for String {
    fn subscript(&self) -> String {
        quoted(self)
    }
}

macro_rules! plain_keys {
    ($($key:ty)*) => {$(
        impl PathKey for $key {
            fn subscript(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

plain_keys! { bool i32 i64 u32 u64 }

/// Quotes a text as the paths of protovalidate do, with the escapes of Go.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    text.chars().for_each(|character| push(character, &mut quoted));
    quoted.push('"');
    quoted
}

fn push(character: char, text: &mut String) {
    let escape = match character {
        '"' | '\\' => character,
        '\x07' => 'a',
        '\x08' => 'b',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        ' '..='~' => return text.push(character),
        _ if is_printable(character) => return text.push(character),
        _ => return push_number(character, text),
    };
    text.extend(['\\', escape]);
}

/// Adds a character by its number.
fn push_number(character: char, text: &mut String) {
    let _ = match u32::from(character) {
        number @ ..=0x7f => write!(text, "\\x{number:02x}"),
        number @ ..=0xffff => write!(text, "\\u{number:04x}"),
        number => write!(text, "\\U{number:08x}"),
    };
}

/// Whether a character has a glyph of its own or changes that of the one before.
fn is_printable(character: char) -> bool {
    let mut after_letter = [0; 5];
    let after_letter = &mut after_letter[..=character.len_utf8()];
    after_letter[0] = b'a';
    character.encode_utf8(&mut after_letter[1..]);
    // A text begins otherwise: there, a combining character is escaped.
    str::from_utf8(after_letter).is_ok_and(|text| text.escape_debug().nth(1) == Some(character))
}

#[cfg(test)]
mod tests {
    use super::PathKey as _;
    use super::quoted;

    #[test]
    fn texts_are_quoted_as_by_protovalidate() {
        for (text, expected) in [
            ("", r#""""#),
            ("a b", r#""a b""#),
            ("a.b[c]", r#""a.b[c]""#),
            (r#"a"]b\"#, r#""a\"]b\\""#),
            ("\0\x07\x08\t\n\x0b\x0c\r\x1b\x7f", r#""\x00\a\b\t\n\v\f\r\x1b\x7f""#),
            ("äe\u{301}日🦀'", "\"äe\u{301}日🦀'\""),
            ("\u{301}", "\"\u{301}\""),
            ("\u{a0}\u{85}\u{202e}\u{feff}\u{e000}\u{e0001}", r#""\u00a0\u0085\u202e\ufeff\ue000\U000e0001""#),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn other_keys_are_plain() {
        assert_eq!(
            (true.subscript(), (-1_i32).subscript(), u64::MAX.subscript()),
            ("true".to_owned(), "-1".to_owned(), "18446744073709551615".to_owned())
        );
    }
}
