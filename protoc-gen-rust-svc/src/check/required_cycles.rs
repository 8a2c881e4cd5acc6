//! Messages that require themselves.

use std::collections::BTreeSet;

use crate::{
    diagnostics::Diagnostics,
    model::{Cardinality, Field, Member, Message, Model, Value},
};

/// Reports required fields that lead back to their own message. The default of its prost type would be infinite.
pub(super) fn check_required(model: &Model, message: &Message, diagnostics: &mut Diagnostics) {
    for (field, held) in required(message).filter(|(_, held)| leads_to(model, held, &message.name)) {
        let text = format!("required field `{}`: `{held}` requires another `{}`", field.name, message.name);
        diagnostics.error("E0303", &field.position, text).help("make one of these fields optional or repeated");
    }
}

/// The required fields of a message, with their messages.
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
