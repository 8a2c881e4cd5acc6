//! Names and properties of single descriptors.

use std::collections::HashSet;

use crate::{
    model::TypeName,
    names::{Ident, is_nameless},
    read::descriptor::{FieldDescriptor, MessageDescriptor, OneofDescriptor},
};

/// The oneofs of a message, without the synthetic ones of optional fields.
pub(crate) fn oneofs(message: &MessageDescriptor) -> impl Iterator<Item = &OneofDescriptor> {
    let indexes = message.field.iter().filter(|field| is_in_oneof(field)).filter_map(|field| field.oneof_index);
    let used: HashSet<usize> = indexes.filter_map(|index| usize::try_from(index).ok()).collect();
    let all = message.oneof_decl.iter().enumerate();
    all.filter(move |(index, _)| used.contains(index)).map(|(_, oneof)| oneof)
}

/// Whether a field is in a oneof that is not synthetic.
pub(crate) fn is_in_oneof(field: &FieldDescriptor) -> bool {
    field.oneof_index.is_some() && !field.proto3_optional
}

/// Type names inside prost's derives, which would hide enums of the same name.
const DERIVED: [&str; 5] = ["ScalarWrapper", "Inner", "MapWrapper", "KeyWrapper", "ValueWrapper"];

/// The preferred name of an enum for prost-build.
pub(crate) fn wire_enum(name: &str) -> Ident {
    let own = Ident::camel(name);
    if DERIVED.contains(&own.as_str()) { own.numbered(2) } else { own }
}

/// The name of a type for prost-build, changed if its Rust name would collide.
pub(crate) fn proto_name(name: &str, rust: &TypeName) -> String {
    let own = name.rsplit('.').next().unwrap_or(name);
    rust.wire.last().map_or_else(|| own.to_owned(), |ident| wire_type_name(own, ident))
}

/// The name from which prost-build makes the name of a type in Rust.
pub(crate) fn wire_type_name(own: &str, ident: &Ident) -> String {
    if is_nameless(own) || *ident != Ident::camel(own) { ident.split_words() } else { own.to_owned() }
}

/// Whether a message has nested types or oneofs.
pub(crate) fn has_module(message: &MessageDescriptor) -> bool {
    !message.enum_type.is_empty()
        || oneofs(message).next().is_some()
        || message.nested_type.iter().any(|nested| !is_map_entry(nested))
}

/// Whether a message is a map entry.
pub(crate) fn is_map_entry(message: &MessageDescriptor) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry)
}
