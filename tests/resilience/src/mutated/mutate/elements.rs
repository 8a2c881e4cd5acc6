//! Changes of messages, oneofs and enums.

use fastrand::Rng;
use harness::{
    random::{pick, pick_mut},
    words::NUMBERS,
};
use protoc_gen_rust_svc::read::descriptor::{
    EnumDescriptor, EnumOptions, EnumValueDescriptor, FeatureSet, MessageDescriptor, OneofDescriptor, ReservedRange,
    VisibilityRule,
};

use super::{
    Change, Draft,
    place::{any_name, name},
};

pub(super) const CHANGES: &[Change] = &[
    rename_message,
    rename_nested,
    rename_oneof,
    rename_enum,
    rename_value,
    drop_message,
    drop_nested,
    double_message,
    double_nested,
    double_enum,
    double_value,
    nest,
    nest_deep,
    empty_message,
    empty_enum,
    add_oneof,
    double_oneof,
    drop_oneofs,
    renumber_value,
    make_entry,
    reserve,
    features_of_message,
    features_of_enum,
    features_of_file,
    pass_through,
    long_name,
    swap_enum_for_message,
    odd_rules,
];

fn rename_message(draft: &mut Draft, rng: &mut Rng) {
    let Some(file) = draft.file(rng) else { return };
    let names: Vec<_> = file.message_type.iter().map(|message| message.name.clone()).collect();
    let name = name(&names, rng);
    pick_mut(&mut file.message_type, rng).into_iter().for_each(|message| message.name.clone_from(&name));
}

fn rename_nested(draft: &mut Draft, rng: &mut Rng) {
    let Some(outer) = draft.message(rng) else { return };
    let names: Vec<_> = outer.nested_type.iter().map(|message| message.name.clone()).collect();
    let name = name(&names, rng);
    pick_mut(&mut outer.nested_type, rng).into_iter().for_each(|message| message.name.clone_from(&name));
}

fn rename_oneof(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    let names = message.field.iter().map(|field| field.name.clone());
    let names: Vec<_> = names.chain(message.oneof_decl.iter().map(|oneof| oneof.name.clone())).collect();
    let name = name(&names, rng);
    pick_mut(&mut message.oneof_decl, rng).into_iter().for_each(|oneof| oneof.name.clone_from(&name));
}

fn rename_enum(draft: &mut Draft, rng: &mut Rng) {
    let name = any_name(rng);
    draft.enumeration(rng).into_iter().for_each(|item| item.name.clone_from(&name));
}

fn rename_value(draft: &mut Draft, rng: &mut Rng) {
    let Some(item) = draft.enumeration(rng) else { return };
    let names: Vec<_> = item.value.iter().map(|value| value.name.clone()).collect();
    let name = name(&names, rng);
    pick_mut(&mut item.value, rng).into_iter().for_each(|value| value.name.clone_from(&name));
}

fn drop_message(draft: &mut Draft, rng: &mut Rng) {
    let Some(file) = draft.file(rng).filter(|file| !file.message_type.is_empty()) else { return };
    file.message_type.remove(rng.usize(..file.message_type.len()));
}

fn drop_nested(draft: &mut Draft, rng: &mut Rng) {
    draft.message(rng).into_iter().for_each(|message| drop(message.nested_type.pop()));
}

fn double_message(draft: &mut Draft, rng: &mut Rng) {
    let Some(file) = draft.file(rng) else { return };
    if let Some(message) = pick(&file.message_type, rng).cloned() {
        file.message_type.push(message);
    }
}

fn double_nested(draft: &mut Draft, rng: &mut Rng) {
    let Some(outer) = draft.message(rng) else { return };
    if let Some(message) = pick(&outer.nested_type, rng).cloned() {
        outer.nested_type.push(message);
    }
}

fn double_enum(draft: &mut Draft, rng: &mut Rng) {
    let Some(item) = draft.enumeration(rng).cloned() else { return };
    match rng.bool() {
        true => draft.message(rng).into_iter().for_each(|message| message.enum_type.push(item.clone())),
        false => draft.file(rng).into_iter().for_each(|file| file.enum_type.push(item.clone())),
    }
}

fn double_value(draft: &mut Draft, rng: &mut Rng) {
    let Some(item) = draft.enumeration(rng) else { return };
    if let Some(value) = pick(&item.value, rng).cloned() {
        item.value.push(value);
    }
}

/// Moves a message into another, or into a copy of itself.
fn nest(draft: &mut Draft, rng: &mut Rng) {
    let Some(inner) = draft.message(rng).cloned() else { return };
    draft.message(rng).into_iter().for_each(|message| message.nested_type.push(inner.clone()));
}

fn nest_deep(draft: &mut Draft, rng: &mut Rng) {
    let depth = pick(&[10, 30, 62, 63, 64, 65, 95, 200], rng).copied().unwrap_or_default();
    let Some(message) = draft.message(rng) else { return };
    let mut inner = MessageDescriptor { name: "Deep".to_owned(), ..MessageDescriptor::default() };
    for _ in 0..depth {
        inner = MessageDescriptor { name: "Deep".to_owned(), nested_type: vec![inner], ..MessageDescriptor::default() };
    }
    message.nested_type.push(inner);
}

fn empty_message(draft: &mut Draft, rng: &mut Rng) {
    draft.message(rng).into_iter().for_each(|message| message.field.clear());
}

fn empty_enum(draft: &mut Draft, rng: &mut Rng) {
    draft.enumeration(rng).into_iter().for_each(|item| item.value.truncate(rng.usize(..2)));
}

fn add_oneof(draft: &mut Draft, rng: &mut Rng) {
    let oneof = OneofDescriptor { name: any_name(rng), options: None };
    draft.message(rng).into_iter().for_each(|message| message.oneof_decl.push(oneof.clone()));
}

fn double_oneof(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    if let Some(oneof) = pick(&message.oneof_decl, rng).cloned() {
        message.oneof_decl.push(oneof);
    }
}

fn drop_oneofs(draft: &mut Draft, rng: &mut Rng) {
    draft.message(rng).into_iter().for_each(|message| drop(message.oneof_decl.pop()));
}

fn renumber_value(draft: &mut Draft, rng: &mut Rng) {
    let Some(item) = draft.enumeration(rng) else { return };
    let number = pick(NUMBERS, rng).copied().unwrap_or_default();
    pick_mut(&mut item.value, rng).into_iter().for_each(|value| value.number = number);
}

/// Marks a message as a map entry, or removes the mark from one.
fn make_entry(draft: &mut Draft, rng: &mut Rng) {
    let Some(message) = draft.message(rng) else { return };
    let options = message.options.get_or_insert_default();
    options.map_entry = !options.map_entry;
}

fn reserve(draft: &mut Draft, rng: &mut Rng) {
    let mut number = || pick(NUMBERS, rng).copied().unwrap_or_default();
    let range = ReservedRange { start: number(), end: number() };
    let name = any_name(rng);
    if let Some(message) = draft.message(rng) {
        message.reserved_range.push(range);
        message.reserved_name.push(name);
    }
    draft.enumeration(rng).into_iter().for_each(|item| item.reserved_range.push(range));
}

/// Features of editions, for a file of any syntax.
pub(super) fn features(rng: &mut Rng) -> Option<FeatureSet> {
    let mut any = || rng.i32(-1..5);
    Some(FeatureSet {
        field_presence: any(),
        enum_type: any(),
        repeated_field_encoding: any(),
        message_encoding: any(),
        json_format: any(),
    })
}

/// A rule of `google.api.visibility`, or none.
pub(super) fn visibility(rng: &mut Rng) -> Option<VisibilityRule> {
    let restriction = pick(&["", "INTERNAL", " , ,", "PREVIEW,INTERNAL"], rng).copied().unwrap_or_default().to_owned();
    rng.bool().then_some(VisibilityRule { restriction })
}

fn features_of_message(draft: &mut Draft, rng: &mut Rng) {
    let features = features(rng);
    draft.message(rng).into_iter().for_each(|message| message.options.get_or_insert_default().features = features);
}

fn features_of_enum(draft: &mut Draft, rng: &mut Rng) {
    let options = EnumOptions { deprecated: rng.bool(), features: features(rng), visibility: visibility(rng) };
    draft.enumeration(rng).into_iter().for_each(|item| item.options = Some(options.clone()));
}

fn features_of_file(draft: &mut Draft, rng: &mut Rng) {
    let features = features(rng);
    draft.file(rng).into_iter().for_each(|file| file.options.get_or_insert_default().features = features);
}

fn pass_through(draft: &mut Draft, rng: &mut Rng) {
    draft.message(rng).into_iter().for_each(|message| message.options.get_or_insert_default().passthrough = true);
}

fn long_name(draft: &mut Draft, rng: &mut Rng) {
    let length = pick(&[100, 255, 512, 513, 70_000], rng).copied().unwrap_or_default();
    draft.message(rng).into_iter().for_each(|message| message.name = "a".repeat(length));
}

/// Replaces a message with an enum of the same name.
fn swap_enum_for_message(draft: &mut Draft, rng: &mut Rng) {
    let Some(file) = draft.file(rng) else { return };
    let Some(message) = file.message_type.pop() else { return };
    let value = EnumValueDescriptor { name: "ZERO".to_owned(), ..EnumValueDescriptor::default() };
    file.enum_type.push(EnumDescriptor { name: message.name, value: vec![value], ..EnumDescriptor::default() });
}

fn odd_rules(draft: &mut Draft, rng: &mut Rng) {
    let bytes: Vec<u8> = (0..rng.usize(..12)).map(|_| rng.u8(..)).collect();
    let rules = vec![bytes.into(); rng.usize(1..3)];
    if let Some(message) = draft.message(rng) {
        message.options.get_or_insert_default().rules.clone_from(&rules);
        pick_mut(&mut message.field, rng)
            .into_iter()
            .for_each(|field| field.options.get_or_insert_default().rules.clone_from(&rules));
    }
}
