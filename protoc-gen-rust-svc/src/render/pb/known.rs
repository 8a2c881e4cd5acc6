//! The types of a package, by their names in the output of prost-build.

use std::collections::HashMap;

use crate::{
    docs::Docs,
    model::{Field, Member, Model, Package, TypeName},
    names::Ident,
};

/// The types of a package, by their paths in the module of messages.
pub(super) type KnownTypes<'a> = HashMap<String, TypeDocs<'a>>;

/// The documentation of a type and of its fields or variants.
pub(super) struct TypeDocs<'a> {
    pub(super) docs: &'a Docs,
    /// The fields or variants, by their names.
    pub(super) members: HashMap<&'a str, KnownMember<'a>>,
    /// The names of enum values, by the names that prost-build has for them.
    pub(super) renamed: HashMap<&'a str, &'a str>,
}

/// A field or a variant.
pub(super) struct KnownMember<'a> {
    pub(super) docs: &'a Docs,
    /// The message that replaces its placeholder, and whether it is boxed.
    pub(super) message: Option<(&'a TypeName, bool)>,
}

/// Collects the types of a package.
pub(super) fn known_types<'a>(model: &'a Model, package: &Package) -> KnownTypes<'a> {
    let mut known = KnownTypes::new();
    package.messages.iter().for_each(|message| add_message(model, message, &mut known));
    package.enums.iter().for_each(|item| add_enum(model, item, &mut known));
    known
}

fn add_message<'a>(model: &'a Model, name: &str, known: &mut KnownTypes<'a>) {
    let Some(message) = model.message(name) else { return };
    known.insert(
        path(&message.rust),
        TypeDocs::new(&message.docs, message.members.iter().map(|own| member(model, own))),
    );
    for oneof in message.oneofs() {
        let variants = oneof.fields.iter().map(|own| field(model, own));
        known.insert(path(&oneof.rust), TypeDocs::new(&oneof.docs, variants));
    }
    message.messages.iter().for_each(|nested| add_message(model, nested, known));
    message.enums.iter().for_each(|item| add_enum(model, item, known));
}

fn add_enum<'a>(model: &'a Model, name: &str, known: &mut KnownTypes<'a>) {
    let Some(item) = model.enumeration(name) else { return };
    // The variant belongs to the first of several aliases, so that one is inserted last.
    let variants = item.values.iter().rev();
    let variants = variants.map(|value| (value.wire_ident.as_str(), KnownMember { docs: &value.docs, message: None }));
    let renamed = item.values.iter().filter(|value| value.wire_name != value.name);
    let renamed = renamed.map(|value| (value.wire_name.as_str(), value.name.as_str())).collect();
    known.insert(path(&item.rust), TypeDocs { renamed, ..TypeDocs::new(&item.docs, variants) });
}

impl<'a> TypeDocs<'a> {
    fn new(docs: &'a Docs, members: impl Iterator<Item = (&'a str, KnownMember<'a>)>) -> Self {
        Self { docs, members: members.collect(), renamed: HashMap::new() }
    }
}

fn member<'a>(model: &'a Model, member: &'a Member) -> (&'a str, KnownMember<'a>) {
    match member {
        Member::Field(own) => field(model, own),
        Member::Oneof(oneof) => (oneof.wire_ident.as_str(), KnownMember { docs: &oneof.docs, message: None }),
    }
}

fn field<'a>(model: &'a Model, field: &'a Field) -> (&'a str, KnownMember<'a>) {
    let message = field.single_message().and_then(|name| model.message(name));
    let message = message.map(|message| (&message.rust, field.boxed));
    (field.wire_ident.as_str(), KnownMember { docs: &field.docs, message })
}

fn path(rust: &TypeName) -> String {
    rust.wire.iter().map(|ident: &Ident| format!("::{ident}")).collect()
}
