//! Boxes around recursive fields.

use std::collections::BTreeMap;

use crate::lower::graph::{Cycles, Edges};
use crate::model::{Field, Message};

/// Boxes fields that lead back to their own message.
pub(super) fn box_recursion(messages: &mut BTreeMap<String, Message>) {
    let edges: Edges = messages.iter().map(|(name, message)| (name.clone(), singular(message))).collect();
    let cycles = Cycles::new(&edges);
    for (name, message) in messages {
        for field in message.fields_mut() {
            field.boxed = field.single_message().is_some_and(|held| cycles.contains(name, held));
        }
    }
}

fn singular(message: &Message) -> Vec<String> {
    message.fields().filter_map(Field::single_message).map(str::to_owned).collect()
}
