//! The page of call policies.

use tidy::read;

/// Each field of the options of call policies is on the page.
#[test]
fn the_page_names_every_policy() {
    let page = read("docs/policies.md");
    let proto = read("proto/rust_svc/v1/options.proto");
    let mut missing = Vec::new();
    for (message, prefix) in [
        ("CallPolicy", ""),
        ("Retry", "retry."),
        ("Hedge", "hedge."),
        ("Bulkhead", "bulkhead."),
        ("Breaker", "breaker."),
    ] {
        let fields = fields(&proto, message);
        assert!(fields.len() >= 2, "{message} has only {fields:?}");
        missing.extend(fields.into_iter().filter(|field| !is_named(&page, prefix, field)));
    }
    assert!(missing.is_empty(), "docs/policies.md does not name {missing:?}");
}

/// Whether a table has a row for a field, or for the fields of a message.
fn is_named(page: &str, prefix: &str, field: &str) -> bool {
    let rows = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let is_message = page.contains(&format!("| `{field}."));
    is_message || rows.filter(|row| row.contains(&format!("`{prefix}"))).any(|row| has_field(row, prefix, field))
}

fn has_field(row: &str, prefix: &str, field: &str) -> bool {
    row.contains(&format!("`{prefix}{field}`")) || row.contains(&format!("`{field}`"))
}

/// Returns the names of the fields of a message.
fn fields(proto: &str, message: &str) -> Vec<String> {
    let body = proto.split(&format!("message {message} {{")).nth(1).and_then(|rest| rest.split("\n}").next());
    let lines = body.unwrap_or_default().lines().filter(|line| !line.trim().starts_with("//"));
    lines.filter_map(|line| line.split(" = ").next()?.split_whitespace().last().map(str::to_owned)).collect()
}
