//! Traits of plain types: `Eq`, `Hash` and `Default`.

use std::collections::BTreeMap;

use crate::model::{Cardinality, Enum, Field, Form, Member, Message, Value, WellKnown};

/// Determines the traits of all messages.
pub(super) fn derive(messages: &mut BTreeMap<String, Message>, enums: &BTreeMap<String, Enum>) {
    fixpoint(
        messages,
        true,
        |message| &mut message.is_eq,
        |message, others| match &message.form {
            Form::Plain => message.fields().all(|field| is_eq(field, others)),
            Form::Wire => is_wire_eq(message, others),
            Form::Custom(own_type) => own_type.is_eq,
        },
    );
    fixpoint(
        messages,
        true,
        |message| &mut message.is_hash,
        |message, others| match &message.form {
            Form::Plain => message.fields().all(|field| is_hash(field, others)),
            Form::Wire => is_wire_eq(message, others),
            Form::Custom(own_type) => own_type.is_hash,
        },
    );
    // A message that requires itself has no default.
    fixpoint(
        messages,
        false,
        |message| &mut message.has_default,
        |message, others| match &message.form {
            Form::Plain => message.members.iter().all(|member| has_default(member, others, enums)),
            Form::Wire => true,
            Form::Custom(own_type) => own_type.has_default,
        },
    );
}

/// Computes a property of all messages to a fixpoint.
fn fixpoint(
    messages: &mut BTreeMap<String, Message>,
    first: bool,
    property: impl Fn(&mut Message) -> &mut bool,
    holds: impl Fn(&Message, &BTreeMap<String, Message>) -> bool,
) {
    messages.values_mut().for_each(|message| *property(message) = first);
    loop {
        let others = messages.iter().filter(|(_, message)| holds(message, messages) != first);
        let mut changed = false;
        for name in others.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            if let Some(message) = messages.get_mut(&name) {
                changed |= std::mem::replace(property(message), !first) == first;
            }
        }
        if !changed {
            return;
        }
    }
}

fn is_eq(field: &Field, messages: &BTreeMap<String, Message>) -> bool {
    match &field.value {
        Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)) => scalar.is_eq(),
        Value::Enum(_) => true,
        Value::Message(name) => messages.get(name).is_some_and(|message| message.is_eq),
        Value::WellKnown(known) => {
            !matches!(known, WellKnown::ListValue | WellKnown::Struct | WellKnown::Value | WellKnown::Other(_))
        }
    }
}

/// Whether prost-build derives `Eq` and `Hash` for the prost message.
fn is_wire_eq(message: &Message, messages: &BTreeMap<String, Message>) -> bool {
    message.fields().all(|field| match (&field.value, field.cardinality) {
        (_, Cardinality::Map(_)) => false,
        (Value::Scalar(scalar), _) => scalar.is_eq(),
        (Value::Enum(_) | Value::WellKnown(WellKnown::NullValue | WellKnown::Enum(_)), _) => true,
        (_, Cardinality::Repeated) => false,
        (Value::Message(_), _) if field.boxed || field.is_group => false,
        (Value::Message(name), _) => messages.get(name).is_some_and(|message| is_wire_eq(message, messages)),
        (Value::WellKnown(_), _) => is_eq(field, messages),
    })
}

fn is_hash(field: &Field, messages: &BTreeMap<String, Message>) -> bool {
    match &field.value {
        _ if field.is_hash_map => false,
        Value::Message(name) => messages.get(name).is_some_and(|message| message.is_hash),
        _ => is_eq(field, messages),
    }
}

fn has_default(member: &Member, messages: &BTreeMap<String, Message>, enums: &BTreeMap<String, Enum>) -> bool {
    let Member::Field(field) = member else { return true };
    let is_plain = match field.cardinality {
        Cardinality::Implicit | Cardinality::Required => true,
        Cardinality::Optional => field.required,
        Cardinality::Repeated | Cardinality::Map(_) => false,
    };
    match &field.value {
        _ if !is_plain => true,
        Value::Message(name) => messages.get(name).is_some_and(|message| message.has_default),
        Value::Enum(name) => enums.get(name).is_some_and(|item| {
            if item.has_unspecified {
                !field.required && field.cardinality == Cardinality::Implicit
            } else {
                item.has_zero()
            }
        }),
        Value::WellKnown(WellKnown::Timestamp(times)) => times.has_default(),
        Value::Scalar(_) | Value::WellKnown(_) => true,
    }
}
