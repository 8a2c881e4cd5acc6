//! Unique JSON names of fields.
//!
//! proto2 allows two fields of one JSON name (`deprecated_legacy_json_field_conflicts`).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Field, Message};

/// Gives each field of a message a JSON name of its own.
pub(super) fn tell_apart_json_names(messages: &mut BTreeMap<String, Message>) {
    messages.values_mut().for_each(tell_apart);
}

/// Leaves a name to the field that has it in the `.proto` file, or else to the first. Other fields get their own names.
fn tell_apart(message: &mut Message) {
    let mut fields: Vec<&mut Field> = message.fields_mut().collect();
    fields.sort_by_key(|field| field.json_name != field.name);
    let mut taken = BTreeSet::new();
    let (_, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| taken.insert(field.json_name.clone()));
    for field in others {
        field.json_name = free(&taken, field);
        taken.insert(field.json_name.clone());
    }
}

/// The protobuf name of a field, with its number if another field has that JSON name.
fn free(taken: &BTreeSet<String>, field: &Field) -> String {
    let numbered = || format!("{}{}", field.name, field.number);
    if taken.contains(&field.name) { numbered() } else { field.name.clone() }
}
