//! Messages that require another message of the same type.

use std::collections::BTreeMap;

use crate::lower::graph::{Cycles, Edges};
use crate::model::{Cardinality, Field, Form, Member, Message, Value};

/// Ignores REQUIRED on fields that lead back to their own message. No finite message satisfies it.
pub(super) fn break_required_cycles(messages: &mut BTreeMap<String, Message>) {
    let edges: Edges = messages.iter().map(|(name, message)| (name.clone(), required_messages(message))).collect();
    let cycles = Cycles::new(&edges);
    for (name, message) in messages {
        for field in message.members.iter_mut().filter_map(annotated_field) {
            field.required = !matches!(&field.value, Value::Message(held) if cycles.contains(name, held));
        }
    }
}

/// A field that is REQUIRED, but not `required` by proto2, which cannot be ignored.
fn annotated_field(member: &mut Member) -> Option<&mut Field> {
    match member {
        Member::Field(field) if field.required && field.cardinality != Cardinality::Required => Some(field),
        _ => None,
    }
}

/// The messages that a message requires. Only plain types are considered.
fn required_messages(message: &Message) -> Vec<String> {
    let of_member = |member: &Member| match member {
        Member::Field(Field { required, cardinality, value: Value::Message(held), .. }) => {
            (*required || *cardinality == Cardinality::Required).then(|| held.clone())
        }
        _ => None,
    };
    let members = message.members.iter().filter(|_| matches!(message.form, Form::Plain));
    members.filter_map(of_member).collect()
}
