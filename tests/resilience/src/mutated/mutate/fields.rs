//! Changes of fields and of map entries.

use fastrand::Rng;
use harness::{
    random::{pick, pick_mut},
    words::{DEFAULTS, NUMBERS},
};
use protoc_gen_rust_svc::read::descriptor::{FieldDescriptor, MessageDescriptor};

use super::{
    Change, Draft,
    elements::{features, visibility},
    place::{any_name, is_entry, name, word},
};

pub(super) const CHANGES: &[Change] = &[
    rename,
    renumber,
    number_of_another,
    label,
    kind,
    retarget,
    retarget_kind,
    default,
    join,
    leave,
    json_name,
    optional,
    options,
    features_of,
    behaviors,
    drop_one,
    double,
    swap,
    extend,
    declare_extension,
    group,
];

pub(super) const OF_MAPS: &[Change] = &[
    rename_in_entry,
    renumber_in_entry,
    kind_in_entry,
    label_in_entry,
    retarget_in_entry,
    drop_in_entry,
    add_in_entry,
    swap_in_entry,
    rename_entry,
    not_repeated,
    two_of_one_entry,
    of_a_oneof,
    entry_of_another,
    optional_in_entry,
    default_in_entry,
];

fn any_kind(rng: &mut Rng) -> i32 {
    rng.i32(0..20)
}

fn any_label(rng: &mut Rng) -> i32 {
    rng.i32(0..5)
}

fn any_number(rng: &mut Rng) -> i32 {
    pick(NUMBERS, rng).copied().unwrap_or_default()
}

fn rename(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    let names: Vec<_> = message.field.iter().map(|field| field.name.clone()).collect();
    let name = name(&names, rng);
    pick_mut(&mut message.field, rng).into_iter().for_each(|field| field.name.clone_from(&name));
}

fn renumber(draft: &mut Draft, rng: &mut Rng) {
    let number = any_number(rng);
    draft.field(rng).into_iter().for_each(|field| field.number = number);
}

fn number_of_another(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    let number = pick(&message.field, rng).map_or(1, |field| field.number);
    pick_mut(&mut message.field, rng).into_iter().for_each(|field| field.number = number);
}

fn label(draft: &mut Draft, rng: &mut Rng) {
    let label = any_label(rng);
    draft.field(rng).into_iter().for_each(|field| field.label = label);
}

fn kind(draft: &mut Draft, rng: &mut Rng) {
    let kind = any_kind(rng);
    draft.field(rng).into_iter().for_each(|field| field.r#type = kind);
}

fn retarget(draft: &mut Draft, rng: &mut Rng) {
    let name = draft.type_name(rng);
    draft.field(rng).into_iter().for_each(|field| field.type_name.clone_from(&name));
}

/// Turns a scalar into a message or an enum.
fn retarget_kind(draft: &mut Draft, rng: &mut Rng) {
    let (name, kind) = (draft.type_name(rng), pick(&[10, 11, 14], rng).copied().unwrap_or_default());
    if let Some(field) = draft.field(rng) {
        field.r#type = kind;
        field.type_name = name;
    }
}

fn default(draft: &mut Draft, rng: &mut Rng) {
    let value = word(DEFAULTS, rng);
    draft.field(rng).into_iter().for_each(|field| field.default_value = Some(value.clone()));
}

fn join(draft: &mut Draft, rng: &mut Rng) {
    let index = pick(&[-1, 0, 0, 0, 1, 2, 99, i32::MAX, i32::MIN], rng).copied();
    draft.field(rng).into_iter().for_each(|field| field.oneof_index = index);
}

fn leave(draft: &mut Draft, rng: &mut Rng) {
    draft.field(rng).into_iter().for_each(|field| field.oneof_index = None);
}

fn json_name(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    let names: Vec<_> = message.field.iter().filter_map(|field| field.json_name.clone()).collect();
    let name = Some(name(&names, rng));
    pick_mut(&mut message.field, rng).into_iter().for_each(|field| field.json_name.clone_from(&name));
}

fn optional(draft: &mut Draft, rng: &mut Rng) {
    draft.field(rng).into_iter().for_each(|field| field.proto3_optional = !field.proto3_optional);
}

fn options(draft: &mut Draft, rng: &mut Rng) {
    let Some(field) = draft.field(rng) else { return };
    let options = field.options.get_or_insert_default();
    options.packed = Some(rng.bool());
    options.deprecated = rng.bool();
    options.debug_redact = rng.bool();
    options.visibility = visibility(rng);
}

fn features_of(draft: &mut Draft, rng: &mut Rng) {
    let features = features(rng);
    draft.field(rng).into_iter().for_each(|field| field.options.get_or_insert_default().features = features);
}

fn behaviors(draft: &mut Draft, rng: &mut Rng) {
    let behaviors: Vec<i32> = (0..rng.usize(1..4)).map(|_| rng.i32(-1..10)).collect();
    draft.field(rng).into_iter().for_each(|field| {
        field.options.get_or_insert_default().field_behavior.clone_from(&behaviors);
    });
}

fn drop_one(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng).filter(|message| !message.field.is_empty()) else { return };
    message.field.remove(rng.usize(..message.field.len()));
}

fn double(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    let Some(mut field) = pick(&message.field, rng).cloned() else { return };
    if rng.bool() {
        field.name = name(std::slice::from_ref(&field.name), rng);
        field.number = any_number(rng);
    }
    message.field.push(field);
}

fn swap(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng).filter(|message| message.field.len() > 1) else { return };
    let (one, other) = (rng.usize(..message.field.len()), rng.usize(..message.field.len()));
    message.field.swap(one, other);
}

fn extend(draft: &mut Draft, rng: &mut Rng) {
    let name = draft.type_name(rng);
    draft.field(rng).into_iter().for_each(|field| field.extendee.clone_from(&name));
}

fn declare_extension(draft: &mut Draft, rng: &mut Rng) {
    let name = draft.type_name(rng);
    let Some(field) = draft.field(rng).cloned() else { return };
    draft.file(rng).into_iter().for_each(|file| {
        file.extension.push(FieldDescriptor { extendee: name.clone(), ..field.clone() });
    });
}

fn group(draft: &mut Draft, rng: &mut Rng) {
    draft.field(rng).into_iter().for_each(|field| field.r#type = 10);
}

fn entry<'a>(message: &'a mut MessageDescriptor, rng: &mut Rng) -> Option<&'a mut MessageDescriptor> {
    let mut entries: Vec<_> = message.nested_type.iter_mut().filter(|nested| is_entry(nested)).collect();
    if entries.is_empty() { None } else { Some(entries.swap_remove(rng.usize(..entries.len()))) }
}

fn in_entry(draft: &mut Draft, rng: &mut Rng, change: impl FnOnce(&mut FieldDescriptor)) {
    let entry = draft.map(rng).and_then(|message| entry(message, rng));
    if let Some(field) = entry.and_then(|entry| pick_mut(&mut entry.field, rng)) {
        change(field);
    }
}

/// Picks a map field.
fn map_field<'a>(message: &'a mut MessageDescriptor, rng: &mut Rng) -> Option<&'a mut FieldDescriptor> {
    let entries: Vec<_> = message.nested_type.iter().filter(|nested| is_entry(nested)).collect();
    let of_entry = |field: &&mut FieldDescriptor| {
        entries.iter().any(|entry| field.type_name.rsplit('.').next() == Some(entry.name.as_str()))
    };
    let mut fields: Vec<_> = message.field.iter_mut().filter(of_entry).collect();
    if fields.is_empty() { None } else { Some(fields.swap_remove(rng.usize(..fields.len()))) }
}

fn rename_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let name = any_name(rng);
    in_entry(draft, rng, |field| field.name = name);
}

fn renumber_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let number = any_number(rng);
    in_entry(draft, rng, |field| field.number = number);
}

fn kind_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let kind = any_kind(rng);
    in_entry(draft, rng, |field| field.r#type = kind);
}

fn label_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let label = any_label(rng);
    in_entry(draft, rng, |field| field.label = label);
}

fn retarget_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let (name, kind) = (draft.type_name(rng), pick(&[10, 11, 14], rng).copied().unwrap_or_default());
    in_entry(draft, rng, |field| {
        field.r#type = kind;
        field.type_name = name;
    });
}

fn optional_in_entry(draft: &mut Draft, rng: &mut Rng) {
    in_entry(draft, rng, |field| field.proto3_optional = true);
}

fn default_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let value = word(DEFAULTS, rng);
    in_entry(draft, rng, |field| field.default_value = Some(value));
}

fn drop_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let entry = draft.map(rng).and_then(|message| entry(message, rng));
    entry.into_iter().for_each(|entry| drop(entry.field.pop()));
}

fn add_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let Some(field) = draft.field(rng).cloned() else { return };
    let entry = draft.map(rng).and_then(|message| entry(message, rng));
    entry.into_iter().for_each(|entry| entry.field.push(field.clone()));
}

fn swap_in_entry(draft: &mut Draft, rng: &mut Rng) {
    let entry = draft.map(rng).and_then(|message| entry(message, rng));
    entry.into_iter().for_each(|entry| entry.field.reverse());
}

/// Perhaps to the name of something else.
fn rename_entry(draft: &mut Draft, rng: &mut Rng) {
    let name = any_name(rng);
    let entry = draft.map(rng).and_then(|message| entry(message, rng));
    entry.into_iter().for_each(|entry| entry.name.clone_from(&name));
}

fn not_repeated(draft: &mut Draft, rng: &mut Rng) {
    let label = any_label(rng);
    let field = draft.map(rng).and_then(|message| map_field(message, rng));
    field.into_iter().for_each(|field| field.label = label);
}

fn two_of_one_entry(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.map(rng) else { return };
    let Some(mut field) = map_field(message, rng).cloned() else { return };
    field.name = any_name(rng);
    field.number = any_number(rng);
    message.field.push(field);
}

fn of_a_oneof(draft: &mut Draft, rng: &mut Rng) {
    let field = draft.map(rng).and_then(|message| map_field(message, rng));
    field.into_iter().for_each(|field| field.oneof_index = Some(0));
}

/// A field of another message than that of the entry, or a method.
fn entry_of_another(draft: &mut Draft, rng: &mut Rng) {
    let Some(map) = draft.map(rng).and_then(|message| map_field(message, rng)).cloned() else { return };
    if rng.u8(..4) == 0 {
        draft.method(rng).into_iter().for_each(|method| method.input_type.clone_from(&map.type_name));
    } else if let Some(field) = draft.field(rng) {
        (field.r#type, field.label, field.type_name) = (map.r#type, map.label, map.type_name);
    }
}
