//! Prints reports.

use super::{Change, ChangePosition, Effect};
use crate::diagnostics::json::JsonObject;

/// Prints a table of changes. `before` is the name of the old contract.
pub fn report(changes: &[Change], before: &str) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut text = format!("{:10}{:10}HTTP\n", "RUST", "WIRE");
    for change in changes {
        let effects = [change.rust, change.wire, change.http].map(|effect| format!("{:10}", effect.name()));
        text += &format!("{}{}{}\n", effects.concat(), place(&change.place, before), change.what);
        if !change.help.is_empty() {
            text += &format!("{:30}help: {}\n", "", change.help);
        }
    }
    text
}

/// Prints a change as a JSON object in a line.
pub fn json(change: &Change) -> String {
    let (contract, position) = match &change.place {
        ChangePosition::After(position) => ("after", position),
        ChangePosition::Before(position) => ("before", position),
    };
    let object = JsonObject::new("change").text("contract", contract).position(position).text("message", &change.what);
    let object = object.text("help", &change.help).text("rust", change.rust.name()).text("wire", change.wire.name());
    object.text("http", change.http.name()).line()
}

/// Counts changes in one line.
pub fn summary(changes: &[Change], before: &str) -> String {
    let count =
        |effect: fn(&Change) -> Effect| changes.iter().filter(|change| effect(change) == Effect::Breaking).count();
    let (rust, wire, http) = (count(|change| change.rust), count(|change| change.wire), count(|change| change.http));
    let all = match changes.len() {
        0 => return format!("no changes since {before}"),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    format!("{all} since {before}: {rust} breaking Rust, {wire} breaking the wire, {http} breaking HTTP")
}

/// Prints `file:line:column: ` as far as it is known, in the contract that has the element.
fn place(place: &ChangePosition, before: &str) -> String {
    let (prefix, position) = match place {
        ChangePosition::After(position) => (String::new(), position),
        ChangePosition::Before(position) => (format!("{before}:"), position),
    };
    match (position.file.as_str(), position.line) {
        ("", _) => String::new(),
        (file, 0) => format!("{prefix}{file}: "),
        (file, line) => format!("{prefix}{file}:{line}:{}: ", position.column),
    }
}
