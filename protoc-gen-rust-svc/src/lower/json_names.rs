//! The names of fields in JSON, one for each.
//!
//! proto2 allows two fields with one name (`deprecated_legacy_json_field_conflicts`), of which a reader could keep one only.

use std::collections::BTreeSet;

use super::derives::fields_mut;
use crate::model::{Field, Member};

/// Leaves a name that several fields have to the one that is called so in the `.proto`, or else to the first. The others
/// go by their own names.
pub(super) fn tell_apart(members: &mut [Member]) {
    let mut fields: Vec<&mut Field> = members.iter_mut().flat_map(fields_mut).collect();
    fields.sort_by_key(|field| field.json_name != field.name);
    let mut taken = BTreeSet::new();
    let (_, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| taken.insert(field.json_name.clone()));
    for field in others {
        field.json_name = free(&taken, field);
        taken.insert(field.json_name.clone());
    }
}

/// The name of a field in the `.proto`; with its number, if another field has that in JSON.
fn free(taken: &BTreeSet<String>, field: &Field) -> String {
    let numbered = || format!("{}{}", field.name, field.number);
    if taken.contains(&field.name) { numbered() } else { field.name.clone() }
}
