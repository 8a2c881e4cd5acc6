//! Boxes around recursive fields.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::leads_to;
use crate::model::{Cardinality, Message, Value};

/// Boxes fields that lead back to their own message.
pub(super) fn box_recursion(messages: &mut BTreeMap<String, Message>) {
    let edges: BTreeMap<String, BTreeSet<String>> =
        messages.iter().map(|(name, message)| (name.clone(), singular(message))).collect();
    for (name, message) in messages {
        for field in message.fields_mut() {
            let single =
                matches!(field.cardinality, Cardinality::Implicit | Cardinality::Optional | Cardinality::Required);
            if let (true, Value::Message(target)) = (single, &field.value) {
                field.boxed = leads_to(&edges, target, name);
            }
        }
    }
}

fn singular(message: &Message) -> BTreeSet<String> {
    let targets = message.fields().filter_map(|field| match (&field.value, field.cardinality) {
        (_, Cardinality::Repeated | Cardinality::Map(_)) => None,
        (Value::Message(name), _) => Some(name.clone()),
        _ => None,
    });
    targets.collect()
}
