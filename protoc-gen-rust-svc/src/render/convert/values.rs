//! How the value of a field is read and sent, whatever it is of.

use crate::model::{Field, Occurs, Value, WellKnown};

/// How a value is read.
pub(super) enum Reading {
    /// It cannot fail.
    Sure(String),
    /// It is an `Option`, of which `None` was noted.
    Fallible(String),
}

/// A value that is there even where the message that travels may lack it.
pub(super) fn present(field: &Field, value: String) -> String {
    if field.occurs != Occurs::Optionally || !field.required {
        return value;
    }
    let value = if field.value == Value::WellKnown(WellKnown::Empty) { "()" } else { &value };
    format!("Some({value})")
}

/// A map whose values are the same on both sides.
pub(super) fn entries(field: &Field, value: String) -> String {
    if field.is_hash_map { value } else { format!("{value}.into_iter().collect()") }
}

/// Changes each value with `change`.
pub(super) fn send_each(field: &Field, occurs: Occurs, value: String, change: &str) -> String {
    match occurs {
        Occurs::Implicitly | Occurs::Once => format!("{change}({value})"),
        Occurs::Optionally if field.required => format!("Some({change}({value}))"),
        Occurs::Optionally => format!("{value}.map({change})"),
        Occurs::Repeatedly => format!("{value}.into_iter().map({change}).collect()"),
        Occurs::ByKey(_) => format!("{value}.into_iter().map(|(key, value)| (key, {change}(value))).collect()"),
    }
}

/// A value that is the same on both sides.
pub(super) fn read_plain(field: &Field, value: String, can_be_empty: bool) -> Reading {
    let name = &field.name;
    match field.occurs {
        Occurs::ByKey(_) if field.required && !field.is_hash_map => Reading::Fallible(format!(
            "violations.non_empty({name:?}, {value}).map(|entries| entries.into_iter().collect())"
        )),
        Occurs::ByKey(_) if !field.required => Reading::Sure(entries(field, value)),
        Occurs::Repeatedly | Occurs::ByKey(_) if field.required => {
            Reading::Fallible(format!("violations.non_empty({name:?}, {value})"))
        }
        Occurs::Implicitly if field.required && can_be_empty => {
            Reading::Fallible(format!("violations.non_empty({name:?}, {value})"))
        }
        Occurs::Optionally if field.required => Reading::Fallible(format!("violations.present({name:?}, {value})")),
        _ => Reading::Sure(value),
    }
}

pub(super) fn read_message(field: &Field, value: String) -> String {
    let name = &field.name;
    match field.occurs {
        Occurs::Optionally if field.required => format!("violations.required({name:?}, {value})"),
        Occurs::Implicitly | Occurs::Optionally => format!("violations.optional({name:?}, {value})"),
        Occurs::Once => format!("violations.required({name:?}, Some({value}))"),
        Occurs::Repeatedly if field.required => {
            format!("violations.non_empty({name:?}, {value}).and_then(|values| violations.repeated({name:?}, values))")
        }
        Occurs::Repeatedly => format!("violations.repeated({name:?}, {value})"),
        Occurs::ByKey(_) if field.required => {
            format!("violations.non_empty({name:?}, {value}).and_then(|entries| violations.map({name:?}, entries))")
        }
        Occurs::ByKey(_) => format!("violations.map({name:?}, {value})"),
    }
}
