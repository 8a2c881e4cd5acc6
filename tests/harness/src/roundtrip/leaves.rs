//! Flattens messages for comparison, which ignores the order of maps.

use std::collections::BTreeMap;

use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor, MapKey, ReflectMessage as _, Value};

use crate::roundtrip::contracts::Contracts;

/// Each value by its path, messages included.
pub(crate) type Leaves = BTreeMap<String, String>;

/// How floats are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floats {
    /// Every bit counts.
    Exact,
    /// All NaNs are equal.
    Equal,
}

/// The values of a message, by their paths.
pub(crate) fn leaves(contracts: &Contracts, message: &DynamicMessage, floats: Floats) -> Leaves {
    let mut look = LeafSearch { contracts, floats, found: Leaves::new() };
    look.message("", message);
    look.found
}

/// The values that only one of two messages has.
pub(crate) fn difference(expected: &Leaves, found: &Leaves) -> Vec<String> {
    let lost = expected.iter().filter(|(path, value)| found.get(*path) != Some(value));
    let new = found.iter().filter(|(path, value)| expected.get(*path) != Some(value));
    let lost = lost.map(|(path, value)| format!("- {path} = {value}"));
    lost.chain(new.map(|(path, value)| format!("+ {path} = {value}"))).collect()
}

struct LeafSearch<'a> {
    contracts: &'a Contracts,
    floats: Floats,
    found: Leaves,
}

impl LeafSearch<'_> {
    fn message(&mut self, path: &str, message: &DynamicMessage) {
        if let Some((url, packed)) = self.packed(message) {
            self.found.insert(format!("{path}@type"), url);
            return self.message(&format!("{path}."), &packed);
        }
        for (field, value) in message.fields() {
            if !self.is_unsent(&field, value) {
                self.value(&format!("{path}{}", field.name()), value);
            }
        }
        for unknown in message.unknown_fields() {
            self.found.insert(format!("{path}({})", unknown.number()), format!("{unknown:?}"));
        }
    }

    /// Whether prost omits a value: a negative zero of a field without presence.
    fn is_unsent(&self, field: &FieldDescriptor, value: &Value) -> bool {
        let is_zero = matches!(value, Value::F32(0.0) | Value::F64(0.0));
        is_zero && !self.contracts.has_presence(field)
    }

    fn value(&mut self, path: &str, value: &Value) {
        match value {
            Value::Message(message) => {
                self.found.insert(path.to_owned(), "{}".to_owned());
                self.message(&format!("{path}."), message);
            }
            Value::List(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.value(&format!("{path}[{index}]"), item));
            }
            Value::Map(entries) => {
                entries.iter().for_each(|(key, value)| self.value(&format!("{path}[{}]", text(key)), &as_sent(value)));
            }
            Value::F32(number) if self.floats == Floats::Exact || !number.is_nan() => {
                self.found.insert(path.to_owned(), format!("{number:?} {:x}", number.to_bits()));
            }
            Value::F64(number) if self.floats == Floats::Exact || !number.is_nan() => {
                self.found.insert(path.to_owned(), format!("{number:?} {:x}", number.to_bits()));
            }
            other => {
                self.found.insert(path.to_owned(), format!("{other:?}"));
            }
        }
    }

    /// The message in a `google.protobuf.Any`, whose bytes may be in another order.
    fn packed(&self, message: &DynamicMessage) -> Option<(String, DynamicMessage)> {
        if message.descriptor().full_name() != "google.protobuf.Any" {
            return None;
        }
        let url = message.get_field_by_name("type_url")?.as_str()?.to_owned();
        let descriptor = self.contracts.pool.get_message_by_name(url.rsplit('/').next()?)?;
        let bytes = message.get_field_by_name("value")?.as_bytes()?.clone();
        Some((url, DynamicMessage::decode(descriptor, bytes).ok()?))
    }
}

/// A value as prost sends it: without a negative zero in a map, and without messages whose required fields are the
/// default.
fn as_sent(value: &Value) -> Value {
    match value {
        Value::F32(0.0) => Value::F32(0.0),
        Value::F64(0.0) => Value::F64(0.0),
        Value::Message(message) if is_default(message) => Value::Message(DynamicMessage::new(message.descriptor())),
        other => other.clone(),
    }
}

fn is_default(message: &DynamicMessage) -> bool {
    message.fields().all(|(field, value)| match value {
        _ if field.cardinality() != Cardinality::Required => false,
        Value::Message(inner) => is_default(inner),
        value => value.is_default(&field.kind()),
    })
}

fn text(key: &MapKey) -> String {
    format!("{key:?}")
}
