//! Properties of messages that depend on fields of nested messages.

use std::collections::BTreeMap;

use crate::lower::graph::holders;
use crate::model::{Cardinality, Masked, Member, Message, Value, WellKnown};

/// The name of the field mask of an update request (AIP-134).
const MASK: &str = "update_mask";

/// Marks messages that contain input-only fields or rules, and update requests.
pub(super) fn mark_holders(messages: &mut BTreeMap<String, Message>) {
    let input_only = holders(messages, |message| message.fields().any(|field| field.behavior.input_only), held);
    let required = holders(messages, |message| message.fields().any(|field| field.required), held);
    let rules = holders(messages, |message| message.has_rules, held);
    for message in messages.values_mut() {
        message.has_rules = rules.contains(&message.name);
        message.has_input_only = input_only.contains(&message.name);
        message.masked = masked(message).filter(|(_, name)| required.contains(name)).map(|(masked, _)| masked);
    }
}

/// The messages that a message contains.
fn held(message: &Message) -> Vec<&str> {
    message.references().collect()
}

/// Finds the resource of an update request: the only message beside the mask.
fn masked(message: &Message) -> Option<(Masked, String)> {
    let mask = message.field(MASK).filter(|field| field.value == Value::WellKnown(WellKnown::FieldMask))?;
    let single = message.members.iter().filter_map(|member| match member {
        Member::Field(field) if field.cardinality == Cardinality::Optional => Some(field),
        _ => None,
    });
    let mut resources = single.clone().filter_map(|field| match &field.value {
        Value::Message(name) => Some((field, name)),
        _ => None,
    });
    let (resource, name) = resources.next()?;
    let is_plain = resources.next().is_none() && single.into_iter().any(|field| std::ptr::eq(field, mask));
    let masked = Masked { resource: resource.name.clone(), mask: mask.wire_ident.clone() };
    is_plain.then(|| (masked, name.clone()))
}
