//! Types of fields: in Rust, on the wire and in JSON.

use super::names::rust_path;
use crate::{
    model::{Cardinality, Encoding, Field, Model, Scalar, Value, WellKnown},
    options::Types,
};

/// The type of a field in Rust, with `name` for the types of the contract.
pub(super) fn rust(model: &Model, types: Types, field: &Field, name: &dyn Fn(&str) -> String) -> String {
    let value = match (&field.value, types) {
        (Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)), _) => scalar.rust().to_owned(),
        (Value::Enum(_), Types::Proto) => "i32".to_owned(),
        (Value::Enum(full) | Value::Message(full), _) => name(full),
        (Value::WellKnown(known), Types::Domain) => known.rust(),
        (Value::WellKnown(known), Types::Proto) => known.wire(),
    };
    let value = if field.boxed { format!("Box<{value}>") } else { value };
    let is_there = field.required && types == Types::Domain;
    match field.cardinality {
        Cardinality::Implicit if !is_there && types == Types::Domain && may_be_unspecified(model, field) => {
            format!("Option<{value}>")
        }
        Cardinality::Optional if !is_there => format!("Option<{value}>"),
        Cardinality::Implicit | Cardinality::Optional | Cardinality::Required => value,
        Cardinality::Repeated => format!("Vec<{value}>"),
        Cardinality::Map(key) if field.is_hash_map || types == Types::Proto => {
            format!("HashMap<{}, {value}>", key.rust())
        }
        Cardinality::Map(key) => format!("BTreeMap<{}, {value}>", key.rust()),
    }
}

/// The type of a field in Rust, with Rust names.
pub(super) fn rust_text(model: &Model, types: Types, field: &Field) -> String {
    let message = |name: &str| model.message(name).map(|message| rust_path(&message.rust));
    let name = |name: &str| message(name).or_else(|| Some(rust_path(&model.enumeration(name)?.rust)));
    rust(model, types, field, &|full| name(full).unwrap_or_else(|| full.to_owned()))
}

fn may_be_unspecified(model: &Model, field: &Field) -> bool {
    let Value::Enum(name) = &field.value else { return false };
    model.enumeration(name).is_some_and(|item| item.has_unspecified)
}

/// Whether the two types are wire compatible by the rules of protobuf.
pub(super) fn is_wire_compatible(old: &Field, new: &Field, now: &dyn Fn(&str) -> String) -> bool {
    let same_value = match (&old.value, &new.value) {
        (Value::Message(one), Value::Message(other)) => now(one) == *other,
        (Value::Enum(one), Value::Enum(other)) => now(one) == *other,
        // Each text is bytes, but not all bytes are a text.
        (Value::Scalar(Scalar::String), Value::Scalar(Scalar::Bytes | Scalar::SharedBytes)) => true,
        (one, other) => family(one) == family(other),
    };
    same_value
        && old.encoding == new.encoding
        && old.is_group == new.is_group
        && is_list(old) == is_list(new)
        && key_family(old) == key_family(new)
        && old.key_encoding == new.key_encoding
}

/// A set of wire compatible types.
#[derive(PartialEq)]
enum Family<'a> {
    Integer,
    Float,
    Double,
    Text,
    Bytes,
    Message(&'a str),
    WellKnown(String),
}

fn family(value: &Value) -> Family<'_> {
    match value {
        Value::Scalar(scalar) => scalar_family(*scalar),
        Value::Enum(_) | Value::WellKnown(WellKnown::Enum(_) | WellKnown::NullValue) => Family::Integer,
        Value::Message(name) => Family::Message(name),
        Value::WellKnown(known) => Family::WellKnown(format!("{known:?}")),
    }
}

fn scalar_family(scalar: Scalar) -> Family<'static> {
    match scalar {
        Scalar::String => Family::Text,
        Scalar::Bytes | Scalar::SharedBytes => Family::Bytes,
        Scalar::Float => Family::Float,
        Scalar::Double => Family::Double,
        _ => Family::Integer,
    }
}

fn key_family(field: &Field) -> Option<Family<'static>> {
    key(field).map(scalar_family)
}

/// Whether the two types have the same JSON encoding.
pub(super) fn is_json_compatible(old: &Field, new: &Field, now: &dyn Fn(&str) -> String) -> bool {
    json(old, now) == json(new, &str::to_owned) && is_list(old) == is_list(new) && json_key(old) == json_key(new)
}

/// The JSON encoding of a value.
fn json(field: &Field, now: &dyn Fn(&str) -> String) -> String {
    match &field.value {
        Value::Scalar(Scalar::Int32 | Scalar::Uint32) => "integer".to_owned(),
        Value::Scalar(Scalar::Int64 | Scalar::Uint64) => "integer in a string".to_owned(),
        Value::Scalar(Scalar::Float | Scalar::Double) => "number".to_owned(),
        Value::Scalar(scalar) => format!("{scalar:?}"),
        Value::Enum(name) | Value::Message(name) => now(name),
        Value::WellKnown(known) => format!("{known:?}"),
    }
}

/// The type of a field, as in a `.proto` file.
pub(super) fn wire_text(field: &Field) -> String {
    let value = match &field.value {
        Value::Message(name) if field.is_group => format!("group {name}"),
        Value::Enum(name) | Value::Message(name) => name.clone(),
        Value::WellKnown(known) => format!("google.protobuf.{}", known.name()),
        Value::Scalar(scalar) => scalar_text(*scalar, field.encoding),
    };
    match (field.cardinality, field.key_encoding) {
        (Cardinality::Map(key), Some(encoding)) => format!("map<{}, {value}>", scalar_text(key, encoding)),
        _ if is_list(field) => format!("repeated {value}"),
        _ => value,
    }
}

fn scalar_text(scalar: Scalar, encoding: Encoding) -> String {
    let name = format!("{scalar:?}").to_lowercase();
    match (scalar, encoding) {
        (Scalar::Int32 | Scalar::Int64, Encoding::ZigZag) => format!("s{name}"),
        (Scalar::Int32, Encoding::Fixed32) => "sfixed32".to_owned(),
        (Scalar::Int64, Encoding::Fixed64) => "sfixed64".to_owned(),
        (Scalar::Uint32, Encoding::Fixed32) => "fixed32".to_owned(),
        (Scalar::Uint64, Encoding::Fixed64) => "fixed64".to_owned(),
        (Scalar::SharedBytes, _) => "bytes".to_owned(),
        _ => name,
    }
}

fn key(field: &Field) -> Option<Scalar> {
    match field.cardinality {
        Cardinality::Map(key) => Some(key),
        _ => None,
    }
}

/// The JSON encoding of a map key, inside a string.
fn json_key(field: &Field) -> Option<&'static str> {
    key(field).map(|key| match key {
        Scalar::Bool => "true or false",
        Scalar::String => "text",
        _ => "integer",
    })
}

fn is_list(field: &Field) -> bool {
    matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_))
}
