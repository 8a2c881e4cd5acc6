//! Tokens of CEL.

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CelToken<'a> {
    /// An identifier, `true`, `false` or `null`.
    Name(&'a str),
    /// A number, a string or bytes.
    Literal(&'a str),
    /// An operator or a bracket; `in` is an operator.
    Symbol(&'static str),
}

impl CelToken<'_> {
    /// The token as it is written.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Name(text) | Self::Literal(text) => text,
            Self::Symbol(text) => text,
        }
    }
}

/// The symbols. One that starts with another comes first.
const SYMBOLS: [&str; 24] = [
    "&&", "||", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]",
    "{", "}",
];

/// Splits an expression, without spaces and comments.
pub(super) fn tokens(expression: &str) -> Result<Vec<CelToken<'_>>, String> {
    let (mut tokens, mut rest) = (Vec::new(), skip(expression));
    while let Some(first) = rest.chars().next() {
        let unexpected = || match first {
            '"' | '\'' => "unterminated string".to_owned(),
            _ => format!("unexpected `{first}`"),
        };
        let (token, length) = token(rest).ok_or_else(unexpected)?;
        tokens.push(token);
        rest = skip(&rest[length..]);
    }
    Ok(tokens)
}

/// Skips spaces and comments.
fn skip(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with("//") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

/// Returns the first token and its length.
fn token(text: &str) -> Option<(CelToken<'_>, usize)> {
    let name = name(text);
    let is_prefix = matches!(name.to_ascii_lowercase().as_str(), "" | "r" | "b" | "rb" | "br");
    if is_prefix && text[name.len()..].starts_with(['"', '\'']) {
        let length = name.len() + string_length(&text[name.len()..], name.contains(['r', 'R']))?;
        return Some((CelToken::Literal(&text[..length]), length));
    }
    let length = number_length(text);
    if length > 0 {
        return Some((CelToken::Literal(&text[..length]), length));
    }
    match name {
        "" => {
            let symbol = SYMBOLS.into_iter().find(|symbol| text.starts_with(symbol))?;
            Some((CelToken::Symbol(symbol), symbol.len()))
        }
        "in" => Some((CelToken::Symbol("in"), name.len())),
        name => Some((CelToken::Name(name), name.len())),
    }
}

/// The identifier at the start of a text.
fn name(text: &str) -> &str {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    &text[..text.find(|letter| !is_letter(letter)).unwrap_or(text.len())]
}

/// The length of the number at the start of a text. Only an exponent has a sign.
fn number_length(text: &str) -> usize {
    let digits = text.strip_prefix('.').unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let mut before = ' ';
    let is_end = |letter: char| {
        let is_sign = matches!(letter, '+' | '-') && matches!(before, 'e' | 'E') && !is_hexadecimal;
        before = letter;
        !(letter.is_ascii_alphanumeric() || letter == '.' || is_sign)
    };
    text.find(is_end).unwrap_or(text.len())
}

/// The length of the string at the start of a text. In a raw string, a backslash is an ordinary character.
fn string_length(text: &str, is_raw: bool) -> Option<usize> {
    let is_long = ["\"\"\"", "'''"].iter().any(|quotes| text.starts_with(quotes));
    let (quotes, mut rest) = text.split_at(if is_long { 3 } else { 1 });
    while !rest.starts_with(quotes) {
        let escaped = usize::from(rest.starts_with('\\') && !is_raw);
        let (at, last) = rest.char_indices().nth(escaped)?;
        rest = &rest[at + last.len_utf8()..];
    }
    Some(text.len() - rest.len() + quotes.len())
}
