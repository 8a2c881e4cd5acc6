//! Messages as short JSON, by the names that they have in Rust.

use std::fmt::Debug;

use super::tree::Tree;

/// The most characters of a message that a failure shows.
const MAX_CHARS: usize = 400;

/// Returns a message as JSON, shortened. Fields without a value are left out.
pub(in crate::fake) fn of(message: &impl Debug) -> String {
    shorten(&write(&Tree::of(message)), MAX_CHARS)
}

/// Returns the beginning of a text, with its length if that is not all.
pub(in crate::fake) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
    }
}

pub(super) fn write(tree: &Tree) -> String {
    match tree {
        Tree::Leaf(text) => leaf(text),
        Tree::Struct(_, fields) => {
            object(fields.iter().filter(|(_, value)| !is_none(value)).map(|(name, value)| (quoted(name), value)))
        }
        Tree::Tuple(name, parts) if name.is_empty() => list(parts),
        Tree::Tuple(name, parts) => match parts.as_slice() {
            [part] => object([(quoted(name), part)].into_iter()),
            parts => format!("{{{}:{}}}", quoted(name), list(parts)),
        },
        Tree::List(parts) | Tree::Set(parts) => list(parts),
        Tree::Map(entries) => object(entries.iter().map(|(key, value)| (key_of(key), value))),
    }
}

fn object<'a>(entries: impl Iterator<Item = (String, &'a Tree)>) -> String {
    let entries: Vec<_> = entries.map(|(key, value)| format!("{key}:{}", write(value))).collect();
    format!("{{{}}}", entries.join(","))
}

fn list(parts: &[Tree]) -> String {
    format!("[{}]", parts.iter().map(write).collect::<Vec<_>>().join(","))
}

fn is_none(tree: &Tree) -> bool {
    matches!(tree, Tree::Leaf(text) if text == "None")
}

fn leaf(text: &str) -> String {
    match text {
        "None" => "null".to_owned(),
        "true" | "false" => text.to_owned(),
        _ if text.starts_with('"') => text.to_owned(),
        _ if text.parse::<f64>().is_ok() => text.to_owned(),
        _ => quoted(text),
    }
}

fn key_of(key: &str) -> String {
    if key.starts_with('"') { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{of, shorten};

    #[derive(Debug)]
    #[allow(dead_code, reason = "its Debug form is read")]
    struct Order {
        id: &'static str,
        note: Option<&'static str>,
        labels: HashMap<u8, bool>,
        state: State,
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "its Debug form is read")]
    enum State {
        Open,
        Closed(u8, f32),
    }

    #[test]
    fn messages_are_json() {
        let order =
            Order { id: "o\"1", note: None, labels: HashMap::from([(2, true), (1, false)]), state: State::Open };
        assert_eq!(of(&order), r#"{"id":"o\"1","labels":{"1":false,"2":true},"state":"Open"}"#);
        assert_eq!(of(&State::Closed(1, -0.5)), r#"{"Closed":[1,-0.5]}"#);
        assert_eq!(of(&Some(3)), "3");
    }

    #[test]
    fn long_texts_are_shortened() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöü", 2), "äö… (3 characters)");
    }
}
