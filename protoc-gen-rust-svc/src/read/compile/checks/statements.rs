//! Empty statements in bodies of fields, which the parser skips.

use crate::{
    diagnostics::{Position, Problem},
    read::compile::text::code,
};

/// Reports semicolons in oneofs and extensions that end no field.
pub(super) fn check(file: &str, text: &str) -> Vec<Problem> {
    if !text.contains("oneof") && !text.contains("extend") {
        return Vec::new();
    }
    let tokens = code(text);
    let bodies = (0..tokens.len()).filter_map(|start| body(&tokens[start..]));
    let found = bodies.flat_map(empty_statements);
    found
        .map(|offset| Problem {
            position: position(file, text, offset),
            ..Problem::uncoded("empty statement among fields".to_owned(), "remove the semicolon")
        })
        .collect()
}

/// The tokens from the opening brace of a oneof or of extensions.
fn body<'a, 'b>(tokens: &'b [(usize, &'a str)]) -> Option<&'b [(usize, &'a str)]> {
    let is_name = |text: &str| text == "." || text.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let (first, rest) = tokens.split_first().filter(|(first, _)| matches!(first.1, "oneof" | "extend"))?;
    let length = rest.iter().position(|(_, text)| !is_name(text)).filter(|length| *length > 0)?;
    let is_body = rest[length].1 == "{" && (first.1 == "extend" || length == 1);
    is_body.then(|| &rest[length..])
}

/// The offsets of semicolons that no statement precedes. The first token is the opening brace of the body.
fn empty_statements(tokens: &[(usize, &str)]) -> Vec<usize> {
    let (mut depth, mut first, mut found) = (0, None, Vec::new());
    for (offset, text) in tokens {
        match *text {
            "{" => depth += 1,
            "}" => depth -= 1,
            ";" if depth == 1 && first.is_none() => found.push(*offset),
            _ => {}
        }
        match (depth, *text) {
            (0, _) => break,
            // The value of an option ends with a brace, and its statement does not.
            (1, "}") if first == Some("option") => {}
            (1, ";" | "{" | "}") => first = None,
            (1, text) => first = first.or(Some(text)),
            _ => {}
        }
    }
    found
}

fn position(file: &str, text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    Position { file: file.to_owned(), line: number(before.matches('\n').count()), column: number(column) }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn semicolons_without_a_field_are_found() {
        let places = |text: &str| check("a", text).iter().map(|found| found.position.column).collect::<Vec<_>>();
        assert_eq!(places("message M { oneof o { ; int32 a = 1;; M b = 2 [deprecated = true]; } ; }"), [23, 37]);
        assert!(
            places("message oneof { ; } message M { ; oneof o { option (x) = {a {}}; group G = 1 {;} } }").is_empty()
        );
        assert_eq!(places("extend a.B { ; }"), [14]);
    }
}
