//! The text of a document.

use std::fmt::Write as _;

use serde_json::Value;

use crate::render::checksum;

/// Prints JSON whose first line holds the mark of generated files.
pub(super) fn json(document: &Value) -> String {
    let text = format!("{document:#}");
    let body = text.strip_prefix('{').unwrap_or(&text).trim_start_matches('\n');
    format!("{}{}\",\n{body}\n", checksum::JSON_START, checksum::json_header(&format!("{body}\n")))
}

/// Prints YAML. Texts are quoted as in JSON, which YAML reads.
pub(super) fn yaml(document: &Value) -> String {
    let mut body = String::new();
    block(document, 0, &mut body);
    checksum::toml_header(&body) + &body
}

fn block(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let _ = write!(out, "{indent}{}:", key(name));
                nested(member, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let _ = write!(out, "{indent}-");
                nested(item, depth + 1, out);
            }
        }
        scalar => drop(writeln!(out, "{indent}{scalar}")),
    }
}

/// Prints a value behind a key or a dash.
fn nested(value: &Value, depth: usize, out: &mut String) {
    let is_block = value.as_object().is_some_and(|members| !members.is_empty())
        || value.as_array().is_some_and(|items| !items.is_empty());
    if is_block {
        out.push('\n');
        block(value, depth, out);
    } else {
        let _ = writeln!(out, " {value}");
    }
}

/// Returns a key, quoted unless it is a plain word that no YAML version reads as another value.
fn key(name: &str) -> String {
    let is_word = name.len() > 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_value = ["true", "false", "null"].iter().any(|value| name.eq_ignore_ascii_case(value));
    if is_word && !is_value { name.to_owned() } else { Value::from(name).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{json, yaml};
    use crate::render::{Provenance, provenance};

    #[test]
    fn both_formats_have_a_checksum() {
        let document = json!({"openapi": "3.1.0", "tags": [{"name": "a: b"}], "on": {}, "200": [1, null]});
        for text in [json(&document), yaml(&document)] {
            assert_eq!(provenance(&text), Provenance::Generated, "{text}");
            assert_eq!(provenance(&text.replace("3.1.0", "3.0.0")), Provenance::Edited, "{text}");
        }
    }

    #[test]
    fn yaml_quotes_texts() {
        let document = json!({"openapi": "3.1.0", "tags": [{"name": "a: b\n"}, []], "on": {}, "200": [1, null]});
        let text = yaml(&document);
        let expected =
            "openapi: \"3.1.0\"\ntags:\n  -\n    name: \"a: b\\n\"\n  - []\n\"on\": {}\n\"200\":\n  - 1\n  - null\n";
        assert_eq!(text.split_once('\n').map(|(_, body)| body), Some(expected));
    }
}
