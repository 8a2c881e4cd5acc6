//! The tokens of `.proto` files, as far as they matter.

use std::ops::Range;

/// The ranges of comments.
pub(super) fn comments(bytes: &[u8]) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'"' | b'\'' => string_length(rest),
            b'/' if rest.starts_with(b"//") => end_of(rest, b"\n"),
            b'/' if rest.starts_with(b"/*") => end_of(rest, b"*/"),
            _ => 1,
        };
        if rest[0] == b'/' && length > 1 {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

/// The offset and text of each word, number, string and symbol.
pub(in super::super) fn code(text: &str) -> Vec<(usize, &str)> {
    let comments = comments(text.as_bytes());
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        if let Some(comment) = comments.get(comments.partition_point(|comment| comment.start < at))
            && comment.start == at
        {
            at = comment.end;
            continue;
        }
        let length = token_length(&text[at..]);
        if !text[at..].starts_with(char::is_whitespace) {
            found.push((at, &text[at..at + length]));
        }
        at += length;
    }
    found
}

fn token_length(rest: &str) -> usize {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    match rest.as_bytes()[0] {
        b'"' | b'\'' => string_length(rest.as_bytes()),
        _ => rest.find(|character| !is_word(character)).filter(|length| *length > 0).unwrap_or_else(|| {
            let is_all = rest.starts_with(is_word);
            if is_all { rest.len() } else { rest.chars().next().map_or(1, char::len_utf8) }
        }),
    }
}

/// The length up to the end of a comment. An unterminated one ends with the file.
fn end_of(rest: &[u8], end: &[u8]) -> usize {
    let found = rest.windows(end.len()).skip(2).position(|window| window == end);
    found.map_or(rest.len(), |position| position + 2 + end.len())
}

fn string_length(rest: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = rest.iter().skip(1).position(|byte| {
        let is_end = !is_escaped && (*byte == rest[0] || *byte == b'\n');
        is_escaped = !is_escaped && *byte == b'\\';
        is_end
    });
    end.map_or(rest.len(), |position| position + 2)
}

/// The offset of a block comment that does not end.
pub(in super::super) fn unterminated_comment(text: &str) -> Option<usize> {
    let last = comments(text.as_bytes()).pop()?;
    let comment = &text[last.clone()];
    (comment.starts_with("/*") && (comment.len() < 4 || !comment.ends_with("*/"))).then_some(last.start)
}
