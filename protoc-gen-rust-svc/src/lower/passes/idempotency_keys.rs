//! Idempotency keys.

use std::collections::BTreeMap;

use crate::{
    diagnostics::{Diagnostics, Position, suggest},
    lower::names::WELL_KNOWN,
    model::{Cardinality, Field, Member, Message, Model, Origin, Scalar, Value},
};

/// Marks the fields that methods name as their idempotency keys.
pub(super) fn mark_idempotency_keys(model: &mut Model, diagnostics: &mut Diagnostics) {
    let mut keys: BTreeMap<String, (String, Position)> = BTreeMap::new();
    for method in model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods) {
        let Some(key) = &method.policy.idempotency_key else { continue };
        let position = &method.policy.position;
        let other = keys.insert(method.request_name.clone(), (key.clone(), position.clone()));
        if other.is_some_and(|(other, _)| other != *key) {
            let message = format!("{} has two idempotency keys, by two methods", method.request_name);
            diagnostics.error("E0403", position, message).help("name the same field in both methods");
        }
    }
    for (name, (key, position)) in keys {
        if is_from_elsewhere(model, &name) {
            let text = format!("idempotency_key {key:?} is of {name}, which is not generated in this run");
            diagnostics.error("E0403", &position, text).help(FROM_ELSEWHERE);
            continue;
        }
        let Some(message) = model.messages.get_mut(&name) else { continue };
        let number = strings(message).find(|field| field.name == key).map(|field| field.number);
        match number {
            Some(number) => message.idempotency_key = Some(number),
            None => {
                let text = format!("idempotency_key {key:?} is no string field of {name}");
                diagnostics.error("E0403", &position, text).help(keys_help(message, &key));
            }
        }
    }
}

const FROM_ELSEWHERE: &str = "a client fills it in by what is generated with the message: write a request of its own for \
                              the method";

/// Whether a message was generated before, by another run or with the runtime.
fn is_from_elsewhere(model: &Model, name: &str) -> bool {
    let origin = model.message(name).map(|message| &message.rust.origin);
    let is_well_known = name.strip_prefix(WELL_KNOWN).is_some_and(|rest| rest.starts_with('.'));
    is_well_known || matches!(origin, Some(Origin::Extern(_)))
}

/// The fields that may be keys: of a oneof another member may be set.
fn strings<'a>(message: &'a Message) -> impl Iterator<Item = &'a Field> {
    let of_member = |member: &'a Member| if let Member::Field(field) = member { Some(field) } else { None };
    let fields = message.members.iter().filter_map(of_member);
    let is_single = |field: &&Field| !matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_));
    fields.filter(move |field| is_single(field) && field.value == Value::Scalar(Scalar::String))
}

fn keys_help(message: &Message, key: &str) -> String {
    let names: Vec<_> = strings(message).map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        "add a string field".to_owned()
    } else {
        suggest::field(key, &names, "its string fields are")
    }
}
