//! Rules for messages that need themselves.

use std::collections::BTreeSet;

use crate::{
    diagnostics::Diagnostics,
    model::{Cardinality, Field, Member, Message, Model, Value},
};

/// A required field that holds, however deep, what it stands in. What travels has a place for it and not only a pointer,
/// so that its default would have no end.
pub(super) fn check_required(model: &Model, message: &Message, diagnostics: &mut Diagnostics) {
    for (field, held) in required(message).filter(|(_, held)| leads_to(model, held, &message.name)) {
        let text = format!("`{}` is required, and {held} cannot be without a whole {}", field.name, message.name);
        diagnostics.error("E0303", &field.position, text).help("make a field on the way optional, or repeated");
    }
}

/// The fields that a message is never without, and the messages that they hold.
fn required(message: &Message) -> impl Iterator<Item = (&Field, &String)> {
    message.members.iter().filter_map(|member| match member {
        Member::Field(field @ Field { cardinality: Cardinality::Required, value: Value::Message(held), .. }) => {
            Some((field, held))
        }
        _ => None,
    })
}

fn leads_to(model: &Model, from: &str, to: &str) -> bool {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
    while let Some(name) = todo.pop() {
        if seen.insert(name) {
            let held = model.message(name).into_iter().flat_map(required);
            todo.extend(held.map(|(_, held)| held.as_str()));
        }
    }
    seen.contains(to)
}
