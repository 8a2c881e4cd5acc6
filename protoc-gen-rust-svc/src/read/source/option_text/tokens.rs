//! Tokens of the text format.

/// A token with its offset in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) offset: usize,
    pub(super) text: &'a str,
}

/// Splits a statement into words, strings and punctuation, up to its semicolon.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut offset) = (Vec::new(), 0);
    while let Some(first) = text[offset..].chars().next() {
        let rest = &text[offset..];
        let length = length(rest, first);
        let token = &rest[..length];
        if token == ";" {
            break;
        }
        if !first.is_whitespace() && !is_comment(token) {
            tokens.push(Token { offset, text: token });
        }
        offset += length;
    }
    tokens
}

fn is_comment(token: &str) -> bool {
    ["//", "/*", "#"].iter().any(|start| token.starts_with(start))
}

fn length(rest: &str, first: char) -> usize {
    let is_word = |character: char| character.is_alphanumeric() || "_.-+".contains(character);
    match first {
        '"' | '\'' => string(rest, first),
        '#' => rest.find('\n').unwrap_or(rest.len()),
        '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
        '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
        word if is_word(word) => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
        other => other.len_utf8(),
    }
}

fn string(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = rest[1..].find(|character| {
        let is_end = !is_escaped && (character == quote || character == '\n');
        is_escaped = !is_escaped && character == '\\';
        is_end
    });
    end.map_or(rest.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn comments_are_skipped() {
        let words = |text| tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>();
        assert_eq!(words("a /*/ b */ c // d\n/**/ e; f"), ["a", "c", "e"]);
        assert_eq!(words("a /* b"), ["a"]);
    }
}
