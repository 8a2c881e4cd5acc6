//! Bodies of fields with empty statements, or without a field, which the parser accepts.

use crate::{
    diagnostics::Problem,
    read::compile::{elements::Places, text::code},
};

/// Reports semicolons in oneofs and extensions that end no field, and extensions without fields.
pub(super) fn check(places: &Places<'_>) -> Vec<Problem> {
    let text = places.text();
    if !text.contains("oneof") && !text.contains("extend") {
        return Vec::new();
    }
    let found = wrong_statements(text).into_iter();
    found
        .map(|(offset, message, help)| Problem {
            position: places.at(offset),
            ..Problem::uncoded(message.to_owned(), help)
        })
        .collect()
}

/// The offset, message and fix of each problem.
fn wrong_statements(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let (tokens, mut found) = (code(text), Vec::new());
    for start in 0..tokens.len() {
        let Some(body) = body(&tokens[start..]) else { continue };
        if body.get(1).is_some_and(|(_, text)| *text == "}") && tokens[start].1 == "extend" {
            found.push((tokens[start].0, "extensions without a field", "add a field, or remove it"));
        }
        let semicolons = empty_statements(body).into_iter();
        found.extend(semicolons.map(|offset| (offset, "empty statement among fields", "remove the semicolon")));
    }
    found
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

#[cfg(test)]
mod tests {
    use super::wrong_statements;

    #[test]
    fn semicolons_without_a_field_are_found() {
        let places = |text| wrong_statements(text).into_iter().map(|(offset, ..)| offset).collect::<Vec<_>>();
        assert_eq!(places("message M { oneof o { ; int32 a = 1;; M b = 2 [deprecated = true]; } ; }"), [22, 36]);
        assert!(
            places("message oneof { ; } message M { ; oneof o { option (x) = {a {}}; group G = 1 {;} } }").is_empty()
        );
        assert_eq!(places("extend a.B { ; } extend C { }"), [13, 17]);
    }
}
