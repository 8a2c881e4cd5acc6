//! Finds a field in the text of an option.

use super::{
    schema::Schema,
    tokens::{Token, tokens},
};

/// Finds the field at a path. `known` is the length of the prefix whose statement begins at `start`. Returns the offset of
/// the field, or of the innermost outer field that is there.
pub(in super::super) fn locate(text: &str, start: usize, path: &[i32], known: usize) -> Option<usize> {
    let (index, mut schema) = (0..path.len()).find_map(|index| Some((index, Schema::of_option(path[index])?)))?;
    let mut at = index + 1;
    while at < known {
        // An index follows the number of a repeated field.
        let length = if schema.is_repeated(path[at]) { 2 } else { 1 };
        schema = schema.field(path[at])?.1;
        at += length;
    }
    // The text may be that of another file.
    let statement = text.get(start..).filter(|text| text.starts_with("option"))?;
    let all = tokens(statement);
    let value = all.iter().position(|token| token.text == "=").map_or(&all[..], |equals| &all[equals + 1..]);
    let found = FieldSearch { schema, path: path.get(at..)? }.find(braced(value)?);
    found.map(|offset| start + offset)
}

/// A path below a message.
struct FieldSearch<'a> {
    schema: Schema,
    path: &'a [i32],
}

impl FieldSearch<'_> {
    /// Searches the tokens inside a message.
    fn find(&self, tokens: &[Token<'_>]) -> Option<usize> {
        let (number, rest) = self.path.split_first()?;
        let (name, schema) = self.schema.field(*number)?;
        let is_repeated = self.schema.is_repeated(*number);
        let (index, rest) =
            if is_repeated { rest.split_first().map(|(index, rest)| (*index, rest))? } else { (0, rest) };
        let (field, value) = values(tokens, name).into_iter().nth(usize::try_from(index).ok()?)?;
        let inner = braced(value).and_then(|value| FieldSearch { schema, path: rest }.find(value));
        let element = if is_repeated { value.first().map(|token| token.offset) } else { None };
        inner.or(element).or(Some(field.offset))
    }
}

/// The values of a field, each with the name before it. The elements of a list are values of their own.
fn values<'a, 'b>(tokens: &'b [Token<'a>], name: &str) -> Vec<(Token<'a>, &'b [Token<'a>])> {
    let (mut found, mut rest) = (Vec::new(), tokens);
    while let Some((first, after)) = rest.split_first() {
        let after = after.strip_prefix_colon();
        let length = value_length(after);
        let value = &after[..length];
        if first.text == name {
            found.extend(elements(value).into_iter().map(|element| (*first, element)));
        }
        rest = after[length..].strip_separator();
    }
    found
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

#[cfg(test)]
mod tests {
    use super::locate;

    const HTTP: i32 = 72_295_728;

    #[test]
    fn fields_are_found_in_nested_messages() {
        let text = "option (google.api.http) = {\n  get: \"/v1/{x}\" // get: no\n  body: \"*\"\n  additional_bindings {post: \"/a\" body: \"b\"}\n  additional_bindings: [{put: \"/c\"}, {put: \"/d\"}]\n};";
        for (path, found) in [
            (&[HTTP, 2][..], "get: \"/v1"),
            (&[HTTP, 7], "body: \"*\""),
            (&[HTTP, 11, 0, 7], "body: \"b\""),
            (&[HTTP, 11, 2, 3], "put: \"/d\""),
            (&[HTTP, 11, 1, 7], "{put: \"/c\""),
        ] {
            let offset = locate(text, 0, path, 1).unwrap_or_default();
            assert!(text[offset..].starts_with(found), "{path:?}: {}", &text[offset..]);
        }
        assert_eq!(locate(text, 0, &[HTTP, 12], 1), None);
    }

    #[test]
    fn elements_of_lists_are_found() {
        let text = "option (rust_svc.v1.method) = {retry {max_attempts: 3 codes: [\"A\", \"B\"]}};";
        let offset = locate(text, 0, &[50_701, 2, 5, 1], 1).unwrap_or_default();
        assert!(text[offset..].starts_with("\"B\""), "{}", &text[offset..]);
        let text = "option (rust_svc.v1.method).retry = {max_attempts: 3};";
        let offset = locate(text, 0, &[50_701, 2, 1], 2).unwrap_or_default();
        assert!(text[offset..].starts_with("max_attempts"), "{}", &text[offset..]);
        let text = "option (google.api.http).additional_bindings = {/*/ get: */ get: \"/x\"};";
        let offset = locate(text, 0, &[HTTP, 11, 0, 2], 3).unwrap_or_default();
        assert!(text[offset..].starts_with("get: \"/x"), "{}", &text[offset..]);
    }
}
