//! How the value of a field is read and sent, whatever it is of.

use crate::model::{Cardinality, Field, Value, WellKnown};

/// How a value is read.
pub(super) enum Reading {
    /// It cannot fail.
    Sure(String),
    /// It is an `Option`, of which `None` was noted.
    Fallible(String),
}

/// A value that is there even where the message that travels may lack it.
pub(super) fn present(field: &Field, value: String) -> String {
    if field.cardinality != Cardinality::Optional || !field.required {
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
pub(super) fn send_each(field: &Field, cardinality: Cardinality, value: String, change: &str) -> String {
    match cardinality {
        Cardinality::Implicit | Cardinality::Required => format!("{change}({value})"),
        Cardinality::Optional if field.required => format!("Some({change}({value}))"),
        Cardinality::Optional => format!("{value}.map({change})"),
        Cardinality::Repeated => format!("{value}.into_iter().map({change}).collect()"),
        Cardinality::Map(_) => format!("{value}.into_iter().map(|(key, value)| (key, {change}(value))).collect()"),
    }
}

/// A value that is the same on both sides.
pub(super) fn read_plain(field: &Field, value: String, can_be_empty: bool) -> Reading {
    let name = &field.name;
    match field.cardinality {
        Cardinality::Map(_) if field.required && !field.is_hash_map => Reading::Fallible(format!(
            "violations.non_empty({name:?}, {value}).map(|entries| entries.into_iter().collect())"
        )),
        Cardinality::Map(_) if !field.required => Reading::Sure(entries(field, value)),
        Cardinality::Repeated | Cardinality::Map(_) if field.required => {
            Reading::Fallible(format!("violations.non_empty({name:?}, {value})"))
        }
        Cardinality::Implicit if field.required && can_be_empty => {
            Reading::Fallible(format!("violations.non_empty({name:?}, {value})"))
        }
        Cardinality::Optional if field.required => Reading::Fallible(format!("violations.present({name:?}, {value})")),
        _ => Reading::Sure(value),
    }
}

pub(super) fn read_message(field: &Field, value: String) -> String {
    let name = &field.name;
    match field.cardinality {
        Cardinality::Optional if field.required => format!("violations.required({name:?}, {value})"),
        Cardinality::Implicit | Cardinality::Optional => format!("violations.optional({name:?}, {value})"),
        Cardinality::Required => format!("violations.required({name:?}, Some({value}))"),
        Cardinality::Repeated if field.required => {
            format!("violations.non_empty({name:?}, {value}).and_then(|values| violations.repeated({name:?}, values))")
        }
        Cardinality::Repeated => format!("violations.repeated({name:?}, {value})"),
        Cardinality::Map(_) if field.required => {
            format!("violations.non_empty({name:?}, {value}).and_then(|entries| violations.map({name:?}, entries))")
        }
        Cardinality::Map(_) => format!("violations.map({name:?}, {value})"),
    }
}
