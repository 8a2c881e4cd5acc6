//! Splits a contract into tokens, with the text between them.

use std::ops::Range;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    Text,
    Symbol,
    Comment,
}

/// A token of a contract.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// The tokens of a contract. Unknown bytes are symbols.
pub(crate) fn tokens(bytes: &[u8]) -> Vec<Token> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (kind, length) = match rest[0] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => (Kind::Word, word(rest)),
            byte if byte.is_ascii_digit() => (Kind::Number, word(rest)),
            b'"' | b'\'' => (Kind::Text, text(rest)),
            b'/' if rest.starts_with(b"//") => (Kind::Comment, until(rest, b"\n")),
            b'/' if rest.starts_with(b"/*") => (Kind::Comment, until(rest, b"*/")),
            _ => (Kind::Symbol, 1),
        };
        found.push(Token { kind, range: at..at + length });
        at += length;
    }
    found
}

/// The length of a word or number. Dots belong to it.
fn word(rest: &[u8]) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'.';
    rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())
}

fn text(rest: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = rest.iter().skip(1).position(|byte| {
        let is_end = !is_escaped && *byte == rest[0];
        is_escaped = !is_escaped && *byte == b'\\';
        is_end
    });
    end.map_or(rest.len(), |position| position + 2)
}

fn until(rest: &[u8], end: &[u8]) -> usize {
    rest.windows(end.len()).position(|window| window == end).map_or(rest.len(), |position| position + end.len())
}
