//! Default values of fields.

use super::{Change, compare::Compare};
use crate::{
    model::{Cardinality, DefaultValue, Enum, Field, Model, Value},
    options::Types,
};

impl Compare<'_> {
    /// Compares declared defaults. Only plain types have a function for them.
    pub(super) fn default(&self, change: Change, old: &Field, new: &Field) -> Change {
        let is_other = absent_value(self.before, old) != absent_value(self.after, new);
        let what = match (default_text(old), default_text(new)) {
            (Some(before), None) => format!("no longer has the default {before}"),
            (Some(before), Some(after)) if is_other => format!("has the default {after}, was {before}"),
            (None, Some(after)) if is_other => format!("now has the default {after}"),
            _ => return change,
        };
        let had_function = self.types == Types::Domain && old.cardinality == Cardinality::Optional && !old.required;
        let change = change.and(&what).rust(had_function && new.default.is_none());
        let change = change.wire(is_other).http(is_other);
        if is_other { change.help("if it is absent, the two sides read different values") } else { change }
    }
}

/// The value of an absent field; `None` for the zero value.
fn absent_value(model: &Model, field: &Field) -> Option<String> {
    let is_zero = match field.default.as_ref()? {
        DefaultValue::Plain(value) => value == "false" || value.parse() == Ok(0.0),
        DefaultValue::Text(text) => text.is_empty(),
        DefaultValue::Bytes(bytes) => bytes.is_empty(),
        DefaultValue::Enum(name) => return nonzero_number(enumeration(model, field)?, name),
    };
    default_text(field).filter(|_| !is_zero)
}

/// The number of a value, unless it is the first one.
fn nonzero_number(item: &Enum, name: &str) -> Option<String> {
    let value = item.values.iter().find(|value| value.name == name)?;
    let is_first = item.values.first().is_some_and(|first| first.number == value.number);
    (!is_first).then(|| value.number.to_string())
}

fn enumeration<'a>(model: &'a Model, field: &Field) -> Option<&'a Enum> {
    match &field.value {
        Value::Enum(name) => model.enumeration(name),
        _ => None,
    }
}

fn default_text(field: &Field) -> Option<String> {
    Some(match field.default.as_ref()? {
        DefaultValue::Plain(value) | DefaultValue::Enum(value) => value.clone(),
        DefaultValue::Text(text) => format!("{text:?}"),
        DefaultValue::Bytes(bytes) => format!("\"{}\"", bytes.escape_ascii()),
    })
}
