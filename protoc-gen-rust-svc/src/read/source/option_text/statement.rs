//! The fields in the text of an option.

use std::collections::HashMap;

use super::tokens::{Token, tokens};

/// The depth of messages in options that the generator reads, and more.
const MAX_DEPTH: usize = 8;

/// A message in the text of an option: the values of its fields, by name.
#[derive(Debug, Default)]
pub(in super::super) struct OptionMessage(HashMap<String, Vec<FieldValue>>);

/// A value of a field. The elements of a list are values of their own.
#[derive(Debug)]
pub(super) struct FieldValue {
    /// The offset of the name of the field.
    pub(super) field: usize,
    /// The offset of the value.
    pub(super) value: Option<usize>,
    /// The value, if it is a message.
    pub(super) message: Option<OptionMessage>,
}

impl OptionMessage {
    /// Parses the option that begins at an offset. Returns `None` if there is no option with a message.
    pub(in super::super) fn parse(text: &str, start: usize) -> Option<Self> {
        // The text may be that of another file.
        let statement = text.get(start..).filter(|text| text.starts_with("option"))?;
        let all = tokens(statement);
        let value = all.iter().position(|token| token.text == "=").map_or(&all[..], |equals| &all[equals + 1..]);
        Some(Self::of_tokens(braced(value)?, start, 1))
    }

    /// The values of a field.
    pub(super) fn values(&self, name: &str) -> &[FieldValue] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    fn of_tokens(tokens: &[Token<'_>], start: usize, depth: usize) -> Self {
        let (mut fields, mut rest): (HashMap<String, Vec<FieldValue>>, _) = (HashMap::new(), tokens);
        while let Some((first, after)) = rest.split_first() {
            let after = after.strip_prefix_colon();
            let length = value_length(after);
            let values = elements(&after[..length]).into_iter().map(|element| FieldValue {
                field: start + first.offset,
                value: element.first().map(|token| start + token.offset),
                message: message(element, start, depth),
            });
            fields.entry(first.text.to_owned()).or_default().extend(values);
            rest = after[length..].strip_separator();
        }
        Self(fields)
    }
}

fn message(value: &[Token<'_>], start: usize, depth: usize) -> Option<OptionMessage> {
    let inner = braced(value).filter(|_| depth < MAX_DEPTH)?;
    Some(OptionMessage::of_tokens(inner, start, depth + 1))
}

/// Tokens that separate names, values and fields.
trait Separators {
    fn strip_prefix_colon(&self) -> &Self;
    fn strip_separator(&self) -> &Self;
}

impl Separators for [Token<'_>] {
    fn strip_prefix_colon(&self) -> &Self {
        if self.first().is_some_and(|token| token.text == ":") { &self[1..] } else { self }
    }

    fn strip_separator(&self) -> &Self {
        if self.first().is_some_and(|token| [",", ";"].contains(&token.text)) { &self[1..] } else { self }
    }
}

/// The number of tokens of a value: a message, a list, strings or a word.
fn value_length(tokens: &[Token<'_>]) -> usize {
    let is_string = |token: &Token<'_>| token.text.starts_with(['"', '\'']);
    match tokens.first().map(|token| token.text) {
        None => 0,
        Some("{" | "<" | "[") => nested_length(tokens),
        Some(_) if is_string(&tokens[0]) => tokens.iter().take_while(|token| is_string(token)).count(),
        Some(_) => 1,
    }
}

fn nested_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    let end = tokens.iter().position(|token| {
        match token.text {
            "{" | "<" | "[" => depth += 1,
            "}" | ">" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    end.map_or(tokens.len(), |end| end + 1)
}

fn elements<'a, 'b>(value: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    if value.first().is_none_or(|token| token.text != "[") {
        return vec![value];
    }
    let (mut found, mut rest) = (Vec::new(), &value[1..value.len().max(2) - 1]);
    while !rest.is_empty() {
        let length = value_length(rest);
        found.push(&rest[..length]);
        rest = rest[length..].strip_separator();
    }
    found
}

/// The tokens inside the braces of a message.
fn braced<'a, 'b>(value: &'b [Token<'a>]) -> Option<&'b [Token<'a>]> {
    let is_message = value.first().is_some_and(|token| ["{", "<"].contains(&token.text));
    is_message.then(|| &value[1..nested_length(value).max(2) - 1])
}
