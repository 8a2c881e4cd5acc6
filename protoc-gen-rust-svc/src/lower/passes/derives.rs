//! Traits of domain types and of prost messages: `Eq`, `Hash`, `Default` and `Copy`.
//!
//! A message lacks a trait if a field cannot have it, or contains a message that lacks it.

use std::collections::{BTreeMap, HashSet};

use crate::lower::graph::{Cycles, Edges, holders};
use crate::model::{Cardinality, Enum, Field, Form, Member, Message, Scalar, Value, WellKnown};

/// Determines the traits of all messages.
pub(super) fn derive(messages: &mut BTreeMap<String, Message>, enums: &BTreeMap<String, Enum>) {
    let without_wire_eq = holders(messages, |message| !message.fields().all(is_wire_eq), wire_references);
    let without_wire_copy = holders(messages, |message| !message.fields().all(is_wire_copy), wire_references);
    let is_unknown = |field: &Field| matches!(&field.value, Value::Message(name) if !messages.contains_key(name));
    let lacks = |message: &Message, has_trait: fn(&Field) -> bool, is_custom: bool| match &message.form {
        Form::Plain => message.fields().any(|field| !has_trait(field) || is_unknown(field)),
        Form::Wire => without_wire_eq.contains(&message.name),
        Form::Custom(_) => !is_custom,
    };
    let custom = |message: &Message| match &message.form {
        Form::Custom(custom) => (custom.is_eq, custom.is_hash),
        Form::Plain | Form::Wire => (true, true),
    };
    let without_eq = holders(messages, |message| lacks(message, is_eq, custom(message).0), plain_references);
    let without_hash = holders(messages, |message| lacks(message, is_hash, custom(message).1), plain_references);
    let without_default = without_default(messages, enums);
    for (name, message) in messages {
        message.is_eq = !without_eq.contains(name);
        message.is_hash = !without_hash.contains(name);
        message.has_default = !without_default.contains(name);
        message.is_wire_eq = !without_wire_eq.contains(name);
        message.is_wire_copy = !without_wire_copy.contains(name);
    }
}

/// The messages whose traits the domain type of a message depends on.
fn plain_references(message: &Message) -> Vec<&str> {
    if message.form == Form::Plain { message.references().collect() } else { Vec::new() }
}

/// The messages whose traits the prost message depends on.
fn wire_references(message: &Message) -> Vec<&str> {
    message.fields().filter_map(Field::single_message).collect()
}

fn is_single(field: &Field) -> bool {
    !matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_))
}

fn is_eq(field: &Field) -> bool {
    match &field.value {
        Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)) => scalar.is_eq(),
        Value::Enum(_) | Value::Message(_) => true,
        Value::WellKnown(known) => {
            !matches!(known, WellKnown::ListValue | WellKnown::Struct | WellKnown::Value | WellKnown::Other(_))
        }
    }
}

fn is_hash(field: &Field) -> bool {
    !field.is_hash_map && is_eq(field)
}

/// Whether a field allows prost-build to derive `Eq` and `Hash`, apart from the message in it.
fn is_wire_eq(field: &Field) -> bool {
    match (&field.value, field.cardinality) {
        (_, Cardinality::Map(_)) => false,
        (Value::Scalar(scalar), _) => scalar.is_eq(),
        (Value::Enum(_) | Value::WellKnown(WellKnown::NullValue | WellKnown::Enum(_)), _) => true,
        (_, Cardinality::Repeated) => false,
        (Value::Message(_), _) => !field.boxed && !field.is_group,
        (Value::WellKnown(_), _) => is_eq(field),
    }
}

/// Whether a field allows prost-build to derive `Copy`, apart from the message in it.
fn is_wire_copy(field: &Field) -> bool {
    let is_copy = |scalar: Scalar| !scalar.can_be_empty();
    match &field.value {
        _ if !is_single(field) => false,
        Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)) => is_copy(*scalar),
        Value::Enum(_) => true,
        Value::Message(_) => !field.boxed && !field.is_group,
        Value::WellKnown(known) => matches!(
            known,
            WellKnown::Duration(_)
                | WellKnown::Empty
                | WellKnown::Enum(_)
                | WellKnown::NullValue
                | WellKnown::Timestamp(_)
        ),
    }
}

/// The messages without a default. A message that contains itself, other than as an option, has none.
fn without_default(messages: &BTreeMap<String, Message>, enums: &BTreeMap<String, Enum>) -> HashSet<String> {
    let owned = |message: &Message| default_references(message).into_iter().map(str::to_owned).collect();
    let edges: Edges = messages.iter().map(|(name, message)| (name.clone(), owned(message))).collect();
    let cycles = Cycles::new(&edges);
    let lacks = |message: &Message| match &message.form {
        Form::Plain => {
            let is_lost = |name: &str| !messages.contains_key(name) || cycles.contains(&message.name, name);
            plain_fields(message).any(|field| !has_default(field, enums))
                || default_references(message).into_iter().any(is_lost)
        }
        Form::Wire => false,
        Form::Custom(custom) => !custom.has_default,
    };
    holders(messages, lacks, default_references)
}

/// The messages whose defaults the default of a message contains.
fn default_references(message: &Message) -> Vec<&str> {
    let fields = plain_fields(message).filter(|_| message.form == Form::Plain);
    fields
        .filter_map(|field| if let Value::Message(name) = &field.value { Some(name.as_str()) } else { None })
        .collect()
}

/// The fields whose values are not in an option, a list or a map.
fn plain_fields(message: &Message) -> impl Iterator<Item = &Field> {
    let fields = message.members.iter().filter_map(|member| match member {
        Member::Field(field) => Some(field),
        Member::Oneof(_) => None,
    });
    fields.filter(|field| match field.cardinality {
        Cardinality::Implicit | Cardinality::Required => true,
        Cardinality::Optional => field.required,
        Cardinality::Repeated | Cardinality::Map(_) => false,
    })
}

/// Whether the value of a plain field has a default, apart from the message in it.
fn has_default(field: &Field, enums: &BTreeMap<String, Enum>) -> bool {
    match &field.value {
        Value::Enum(name) => enums.get(name).is_some_and(|item| {
            if item.has_unspecified {
                !field.required && field.cardinality == Cardinality::Implicit
            } else {
                item.has_zero()
            }
        }),
        Value::WellKnown(WellKnown::Timestamp(times)) => times.has_default(),
        Value::Message(_) | Value::Scalar(_) | Value::WellKnown(_) => true,
    }
}
