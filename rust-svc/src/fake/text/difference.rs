//! Differences between two messages, by their paths.

use std::fmt::Debug;

use super::{json, tree::Tree};

/// The most characters of a value that a difference shows.
const MAX_CHARS: usize = 60;

/// Returns the differences between two messages, as in `items[1].quantity: expected 2, got 0`.
pub(in crate::fake) fn between(expected: &impl Debug, got: &impl Debug) -> Vec<String> {
    between_at("", expected, got)
}

/// Returns the differences between two values at a path.
pub(in crate::fake) fn between_at(path: &str, expected: &impl Debug, got: &impl Debug) -> Vec<String> {
    let mut differences = Vec::new();
    compare(path, &Tree::of(expected), &Tree::of(got), &mut differences);
    if differences.is_empty() {
        // Values may differ where their `Debug` forms do not.
        differences.push(format!("{} is not equal", if path.is_empty() { "the request" } else { path }));
    }
    differences
}

fn compare(path: &str, expected: &Tree, got: &Tree, differences: &mut Vec<String>) {
    match (expected, got) {
        _ if expected == got => {}
        (Tree::Struct(name, fields), Tree::Struct(other, others)) if name == other => {
            compare_entries(fields, others, &|name| join(path, name), differences);
        }
        (Tree::Tuple(name, parts), Tree::Tuple(other, others)) if name == other && parts.len() == others.len() => {
            let path = if name.is_empty() { path.to_owned() } else { join(path, name) };
            for (index, (expected, got)) in parts.iter().zip(others).enumerate() {
                let path = if parts.len() == 1 { path.clone() } else { join(&path, &index.to_string()) };
                compare(&path, expected, got, differences);
            }
        }
        (Tree::List(parts), Tree::List(others)) => compare_lists(path, parts, others, differences),
        (Tree::Map(entries), Tree::Map(others)) => {
            compare_entries(entries, others, &|key| format!("{path}[{key}]"), differences);
        }
        _ => differences.push(differ(path, Some(expected), Some(got))),
    }
}

fn compare_lists(path: &str, expected: &[Tree], got: &[Tree], differences: &mut Vec<String>) {
    for index in 0..expected.len().max(got.len()) {
        let path = format!("{path}[{index}]");
        match (expected.get(index), got.get(index)) {
            (Some(expected), Some(got)) => compare(&path, expected, got, differences),
            (expected, got) => differences.push(differ(&path, expected, got)),
        }
    }
}

/// Compares fields or entries, which are matched by their names.
fn compare_entries(
    expected: &[(String, Tree)],
    got: &[(String, Tree)],
    path: &dyn Fn(&str) -> String,
    differences: &mut Vec<String>,
) {
    let find = |entries: &'_ [(String, Tree)], name: &str| entries.iter().position(|(other, _)| other == name);
    for (name, value) in expected {
        match find(got, name) {
            Some(index) => compare(&path(name), value, &got[index].1, differences),
            None => differences.push(differ(&path(name), Some(value), None)),
        }
    }
    let added = got.iter().filter(|(name, _)| find(expected, name).is_none());
    differences.extend(added.map(|(name, value)| differ(&path(name), None, Some(value))));
}

fn differ(path: &str, expected: Option<&Tree>, got: Option<&Tree>) -> String {
    let text =
        |tree: Option<&Tree>| tree.map_or("nothing".to_owned(), |tree| json::shorten(&json::write(tree), MAX_CHARS));
    let what = format!("expected {}, got {}", text(expected), text(got));
    if path.is_empty() { what } else { format!("{path}: {what}") }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{between, between_at};

    #[derive(Debug, Default, Clone)]
    #[allow(dead_code, reason = "its Debug form is read")]
    struct Order {
        items: Vec<Item>,
        labels: HashMap<&'static str, u32>,
        payment: Option<Payment>,
    }

    #[derive(Debug, Clone)]
    #[allow(dead_code, reason = "its Debug form is read")]
    struct Item {
        quantity: u32,
    }

    #[derive(Debug, Clone)]
    #[allow(dead_code, reason = "its Debug form is read")]
    enum Payment {
        Card(Item),
        Cash,
    }

    #[test]
    fn differences_have_paths_through_lists_maps_and_oneofs() {
        let expected = Order {
            items: vec![Item { quantity: 1 }, Item { quantity: 2 }],
            labels: HashMap::from([("a", 1), ("b", 2)]),
            payment: Some(Payment::Card(Item { quantity: 5 })),
        };
        let got = Order {
            items: vec![Item { quantity: 1 }, Item { quantity: 0 }, Item { quantity: 9 }],
            labels: HashMap::from([("b", 3), ("c", 4)]),
            payment: Some(Payment::Card(Item { quantity: 6 })),
        };
        assert_eq!(
            between(&expected, &got),
            [
                "items[1].quantity: expected 2, got 0",
                r#"items[2]: expected nothing, got {"quantity":9}"#,
                r#"labels["a"]: expected 1, got nothing"#,
                r#"labels["b"]: expected 2, got 3"#,
                r#"labels["c"]: expected nothing, got 4"#,
                "payment.Card.quantity: expected 5, got 6",
            ]
        );
        let cash = Order { payment: Some(Payment::Cash), ..expected.clone() };
        assert_eq!(between(&expected, &cash), [r#"payment: expected {"Card":{"quantity":5}}, got "Cash""#]);
        let none = Order { payment: None, ..expected.clone() };
        assert_eq!(between(&expected, &none), [r#"payment: expected {"Card":{"quantity":5}}, got null"#]);
    }

    #[test]
    fn values_without_parts_are_shortened() {
        let long = "x".repeat(100);
        let [difference] = between_at("name", &long, &"y").try_into().unwrap();
        assert_eq!(difference, format!("name: expected \"{}… (102 characters), got \"y\"", "x".repeat(59)));
    }

    #[test]
    fn equal_forms_of_values_that_differ_are_named() {
        assert_eq!(between_at("at", &f64::NAN, &f64::NAN), ["at is not equal"]);
    }
}
