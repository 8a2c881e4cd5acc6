//! Rules of `buf.validate` that a contract defines itself, and the paths of what breaks them.

use std::collections::HashMap;

use rust_svc::{Message as _, wkt};

use crate::golden::rules::predefined::v1::{Part, pb};

/// A part that satisfies every rule.
fn good() -> pb::Part {
    pb::Part {
        sku: Some("abc".into()),
        count: Some(6),
        texts: [("name".into(), "abc".into())].into(),
        size: Some(15),
        ..Default::default()
    }
}

/// The path and the reason of each violation, sorted.
fn violations(part: pb::Part) -> Vec<(String, String)> {
    let found = Part::from_request(part).err().map(rust_svc::Violations::into_vec).unwrap_or_default();
    let mut found: Vec<_> = found.into_iter().map(|violation| (violation.field, violation.reason)).collect();
    found.sort();
    found
}

fn sorted(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all: Vec<_> = expected.iter().map(|(path, reason)| ((*path).to_owned(), (*reason).to_owned())).collect();
    all.sort();
    all
}

#[test]
fn predefined_rules_are_checked() {
    assert_eq!(violations(good()), []);
    let wrong = pb::Part {
        sku: Some("ABC".into()),
        count: Some(4),
        labels: vec!["abc".into(), "x".into(), "xyz".into()],
        texts: HashMap::new(),
        size: Some(7),
        time: Some(wkt::Duration { seconds: 61, nanos: 0 }),
        made: Some(wkt::Timestamp { seconds: 0, nanos: 0 }),
        ..Default::default()
    };
    let expected = [
        ("sku", "STRING_SKU"),
        ("count", "INT32_MULTIPLE_OF"),
        ("labels", "REPEATED_EVEN_COUNT"),
        ("texts", "MAP_HAS_KEY"),
        ("labels[1]", "STRING_SKU"),
        ("size", "INT32_MULTIPLE_OF"),
        ("time", "DURATION_AT_MOST"),
        ("made", "TIMESTAMP_THIS_CENTURY"),
    ];
    assert_eq!(violations(wrong), sorted(&expected));
}

#[test]
fn rules_of_wrapped_values_are_checked_in_lists_and_maps() {
    let texts = [("name".into(), "abc".into()), ("title".into(), "nothing".into())];
    let part = pb::Part {
        texts: texts.into(),
        sizes: vec![11, 3],
        size: None,
        flags: [(true, true), (false, false)].into(),
        ..good()
    };
    let expected = [
        ("texts[\"title\"]", "STRING_SKU"),
        ("sizes[1]", "INT32_GT"),
        ("size", "REQUIRED"),
        ("flags[false]", "BOOL_CONST"),
    ];
    assert_eq!(violations(part), sorted(&expected));
}

/// A path is that of protovalidate, whatever its keys contain.
#[test]
fn keys_of_any_text_are_quoted_in_paths() {
    let keys = ["\"]", "a.b", "\\", "new\nline", "ключ", "", "{}[]()", "a].b", "x\"].b["];
    let texts = keys.map(|key| (key.to_owned(), "nothing".to_owned()));
    let part = pb::Part { texts: texts.into_iter().chain([("name".into(), "abc".into())]).collect(), ..good() };
    let paths = [
        r#"texts["\"]"]"#,
        r#"texts["a.b"]"#,
        r#"texts["\\"]"#,
        r#"texts["new\nline"]"#,
        r#"texts["ключ"]"#,
        r#"texts[""]"#,
        r#"texts["{}[]()"]"#,
        r#"texts["a].b"]"#,
        r#"texts["x\"].b["]"#,
    ];
    assert_eq!(violations(part), sorted(&paths.map(|path| (path, "STRING_SKU"))));
    let nested = pb::Part { parts: [(-1, pb::Part { sku: Some("x".into()), ..good() })].into(), ..good() };
    assert_eq!(violations(nested), sorted(&[("parts[-1].sku", "STRING_SKU")]));
}
