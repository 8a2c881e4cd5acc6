//! CEL rules of `buf.validate` with functions that the runtime does not implement.

use crate::{diagnostics::Diagnostics, model::Message};

/// The functions that the CEL library of the runtime implements.
const KNOWN: [&str; 50] = [
    "all",
    "bytes",
    "contains",
    "double",
    "duration",
    "endsWith",
    "exists",
    "existsOne",
    "exists_one",
    "filter",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getField",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "has",
    "hasValue",
    "int",
    "isEmail",
    "isHostAndPort",
    "isHostname",
    "isInf",
    "isIp",
    "isIpPrefix",
    "isNan",
    "isUri",
    "isUriRef",
    "map",
    "matches",
    "max",
    "min",
    "none",
    "of",
    "ofNonZeroValue",
    "or",
    "orValue",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "uint",
    "unique",
    "value",
];

/// Reports unknown functions. A rule that calls one would fail each request.
pub(super) fn check_functions(message: &Message, diagnostics: &mut Diagnostics) {
    for rule in &message.cel {
        for function in unknown(&rule.expression) {
            let text = format!("unknown function `{function}` in a CEL rule");
            diagnostics
                .warning("W0503", &rule.position, text)
                .help("use a known function such as `matches`; `protoc-gen-rust-svc explain W0503` lists them");
        }
    }
}

fn unknown(expression: &str) -> Vec<&str> {
    let mut unknown = calls(expression);
    // `in` may precede a parenthesis.
    unknown.retain(|name| *name != "in" && !KNOWN.contains(name));
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

/// The names before parentheses, outside strings and comments.
fn calls(expression: &str) -> Vec<&str> {
    let (mut calls, mut rest) = (Vec::new(), expression);
    while let Some(first) = rest.chars().next() {
        let name = name(rest);
        let after = &rest[name.len()..];
        if !name.is_empty() && after.trim_start().starts_with('(') {
            calls.push(name);
        }
        rest = match first {
            '/' if rest.starts_with("//") => rest.split_once('\n').map_or("", |(_, rest)| rest),
            // In a raw string, a backslash is an ordinary character.
            _ if after.starts_with(['"', '\'']) => after_text(after, name.contains(['r', 'R'])),
            _ if name.is_empty() => &rest[first.len_utf8()..],
            _ => after,
        };
    }
    calls
}

/// The identifier at the start of a text.
fn name(text: &str) -> &str {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    &text[..text.find(|letter| !is_letter(letter)).unwrap_or(text.len())]
}

/// The rest of a text after the string literal at its start.
fn after_text(text: &str, is_raw: bool) -> &str {
    let is_long = ["\"\"\"", "'''"].iter().any(|quotes| text.starts_with(quotes));
    let (quotes, mut rest) = text.split_at(if is_long { 3 } else { 1 });
    while !rest.is_empty() {
        if let Some(rest) = rest.strip_prefix(quotes) {
            return rest;
        }
        let length = if rest.starts_with('\\') && !is_raw { 2 } else { 1 };
        rest = rest.char_indices().nth(length).map_or("", |(at, _)| &rest[at..]);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::KNOWN;
    use super::calls;
    use super::unknown;
    use crate::diagnostics::codes;

    #[test]
    fn strings_and_comments_are_skipped() {
        for (expression, expected) in [
            ("this.size() > 0 && size (this) < 5", &["size", "size"][..]),
            ("this in ('a', 'b(') || !(this == \"c(\\\"d(\")", &["in"]),
            ("this.matches(r'\\') && f(this) // g(this)\n && h()", &["matches", "f", "h"]),
            ("'''it's x(''' + b\"\\\\\" + y(\"\") + \"\"\"a\"b(\"\"\" + br'c(' + ü(1) + 'é\\ü(' ", &["y"]),
            ("a.all(b, b.c(1e5)) ? d : e_1(", &["all", "c", "e_1"]),
            ("'open(", &[]),
        ] {
            assert_eq!(calls(expression), expected, "{expression}");
        }
    }

    #[test]
    fn known_functions_are_explained() {
        let explanation = codes::find("W0503").expect("it is explained").explanation;
        let (_, listed) = explanation.split_once("functions are:").expect("there is a list");
        let listed: Vec<_> = listed.split([',', '.']).map(str::trim).filter(|name| !name.is_empty()).collect();
        assert_eq!(listed, KNOWN);
    }

    #[test]
    fn unknown_functions_are_reported_once() {
        assert_eq!(
            unknown("this.lowerAscii() == lowerAscii(this.trim()) || this in (x) || has(x)"),
            ["lowerAscii", "trim"]
        );
    }
}
