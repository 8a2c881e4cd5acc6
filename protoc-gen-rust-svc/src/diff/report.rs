//! Changes as text for people.

use super::{Change, Effect, Place};

/// A table of changes, or nothing; `before` is what the older contract is called.
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

/// A line that counts changes.
pub fn summary(changes: &[Change], before: &str) -> String {
    let count =
        |effect: fn(&Change) -> Effect| changes.iter().filter(|change| effect(change) == Effect::Breaking).count();
    let (rust, wire, http) = (count(|change| change.rust), count(|change| change.wire), count(|change| change.http));
    let all = match changes.len() {
        0 => return format!("nothing changed since {before}"),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    format!("{all} since {before}: {rust} breaking Rust, {wire} breaking the wire, {http} breaking HTTP")
}

/// `file:line:column: `, as far as it is known; what is gone is where it was.
fn place(place: &Place, before: &str) -> String {
    let (prefix, position) = match place {
        Place::After(position) => (String::new(), position),
        Place::Before(position) => (format!("{before}:"), position),
    };
    match (position.file.as_str(), position.line) {
        ("", _) => String::new(),
        (file, 0) => format!("{prefix}{file}: "),
        (file, line) => format!("{prefix}{file}:{line}:{}: ", position.column),
    }
}
