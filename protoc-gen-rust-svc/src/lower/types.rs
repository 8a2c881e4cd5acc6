//! The name in Rust of every message and enum.

use std::collections::BTreeMap;

use super::packages::Packages;
use crate::{
    model::TypeName,
    names::{Ident, Scope, is_nameless},
    options::{self, Options},
    read::{
        Input,
        descriptor::{EnumDescriptor, FieldDescriptor, MessageDescriptor, OneofDescriptor},
    },
};

/// The names in Rust, by full name.
pub(super) struct Types {
    names: BTreeMap<String, TypeName>,
    /// The module of what stands in a message, of the plain types.
    modules: BTreeMap<String, Ident>,
    /// Oneofs, by the full name of the message and the name of the oneof.
    oneofs: BTreeMap<(String, String), OneofName>,
    /// The scopes of packages, for what services add to them.
    scopes: BTreeMap<String, Scope>,
}

/// The names of a oneof.
#[derive(Clone)]
pub(super) struct OneofName {
    /// Its enum.
    pub(super) rust: TypeName,
    /// Its field in the message that travels, which prost-build names alike.
    pub(super) wire_ident: Ident,
}

/// Both sides of a name: the modules of the plain types and of the messages that travel.
#[derive(Clone)]
struct Place {
    package: String,
    domain: Vec<Ident>,
    wire: Vec<Ident>,
}

impl Types {
    pub(super) fn new(input: &Input, options: &Options, packages: &Packages) -> Self {
        let mut types =
            Self { names: BTreeMap::new(), modules: BTreeMap::new(), oneofs: BTreeMap::new(), scopes: BTreeMap::new() };
        let mut wire_scopes: BTreeMap<&str, Scope> = BTreeMap::new();
        for file in &input.files {
            let name = file.descriptor.package.as_str();
            let place = Place { package: name.to_owned(), domain: Vec::new(), wire: Vec::new() };
            let mut scope = types.scopes.remove(name).unwrap_or_else(|| packages.reserved(name));
            let wire_scope = wire_scopes.entry(name).or_default();
            let is_wire = options.types == options::Types::Proto;
            let mut adding = Adding { types: &mut types, packages, scope: &mut scope, wire_scope, is_wire };
            adding.all(name, &place, &file.descriptor.message_type, &file.descriptor.enum_type);
            types.scopes.insert(name.to_owned(), scope);
            if is_wire {
                types.speak_messages(name);
            }
        }
        types
    }

    /// Makes the messages that travel the types of a package.
    fn speak_messages(&mut self, package: &str) {
        let of_package =
            |name: &str| name.strip_prefix(package).is_some_and(|rest| package.is_empty() || rest.starts_with('.'));
        let names = self.names.iter_mut().filter(|(name, _)| of_package(name)).map(|(_, rust)| rust);
        let oneofs = self.oneofs.iter_mut().filter(|((name, _), _)| of_package(name)).map(|(_, names)| &mut names.rust);
        for rust in names.chain(oneofs) {
            rust.domain = [rust.pb.clone()].into_iter().chain(rust.wire.iter().cloned()).collect();
        }
    }

    /// The name of a type, by its full name.
    pub(super) fn name(&self, full_name: &str) -> &TypeName {
        &self.names[full_name]
    }

    /// Whether there is a type of a full name.
    pub(super) fn knows(&self, full_name: &str) -> bool {
        self.names.contains_key(full_name)
    }

    /// The module of what stands in a message.
    pub(super) fn module(&self, message: &str) -> Ident {
        self.modules[message].clone()
    }

    /// The names of a oneof.
    pub(super) fn oneof(&self, message: &str, oneof: &str) -> OneofName {
        self.oneofs[&(message.to_owned(), oneof.to_owned())].clone()
    }

    /// The names that are taken in a package.
    pub(super) fn scope(&mut self, package: &str) -> &mut Scope {
        self.scopes.entry(package.to_owned()).or_default()
    }
}

/// Adds the types of a package or of a message.
struct Adding<'a> {
    types: &'a mut Types,
    packages: &'a Packages,
    scope: &'a mut Scope,
    wire_scope: &'a mut Scope,
    /// Whether the messages that travel are the types.
    is_wire: bool,
}

impl Adding<'_> {
    fn all(&mut self, outer: &str, place: &Place, messages: &[MessageDescriptor], enums: &[EnumDescriptor]) {
        let messages: Vec<_> = messages.iter().filter(|message| !is_map_entry(message)).collect();
        for message in &messages {
            let own = Ident::camel(&message.name);
            self.one(outer, place, &message.name, own);
        }
        for item in enums {
            self.one(outer, place, &item.name, wire_enum(&item.name));
        }
        // Modules come after types, so that adding a nested type renames no other type.
        for message in messages {
            self.nested(outer, place, message);
        }
    }

    fn one(&mut self, outer: &str, place: &Place, name: &str, wire: Ident) {
        let rust = self.take(place, Ident::camel(name), wire);
        self.types.names.insert(full_name(outer, name), rust);
    }

    /// The names of a oneof. prost-build makes those of its field and of its enum from one: both must be free.
    fn oneof(&mut self, place: &Place, name: &str, fields: &mut Scope) -> OneofName {
        let own = Ident::snake(name);
        let numbered = (2..).map(|number| own.numbered(number));
        let mut idents = [own.clone()].into_iter().chain(numbered);
        let is_free = |ident: &Ident| !fields.has(ident) && !self.wire_scope.has(&Ident::camel(ident.plain()));
        let wire_ident = fields.take(idents.find(is_free).unwrap_or(own));
        let rust = self.take(place, Ident::camel(name), Ident::camel(wire_ident.plain()));
        OneofName { rust, wire_ident }
    }

    fn take(&mut self, place: &Place, domain: Ident, wire: Ident) -> TypeName {
        let domain = self.scope.take(domain);
        let wire = self.wire_scope.take(wire);
        let push = |path: &[Ident], ident| path.iter().cloned().chain([ident]).collect();
        TypeName {
            origin: self.packages.origin(&place.package),
            domain: push(&place.domain, domain),
            wire: push(&place.wire, wire),
            pb: self.packages.pb(&place.package),
        }
    }

    fn nested(&mut self, outer: &str, place: &Place, message: &MessageDescriptor) {
        let full = full_name(outer, &message.name);
        let wire_name = proto_name(&full, &self.types.names[&full]);
        let module = Ident::snake(if self.is_wire { &wire_name } else { &message.name });
        let module = if has_module(message) { self.scope.take(module) } else { module };
        let mut inner = place.clone();
        inner.domain.push(module.clone());
        inner.wire.push(Ident::snake(&wire_name));
        self.types.modules.insert(full.clone(), module);
        let (mut scope, mut wire_scope) = (Scope::with(&["svc"]), Scope::default());
        let mut adding = Adding { types: self.types, scope: &mut scope, wire_scope: &mut wire_scope, ..*self };
        adding.all(&full, &inner, &message.nested_type, &message.enum_type);
        let mut fields = plain_fields(message);
        for oneof in oneofs(message) {
            let names = adding.oneof(&inner, &oneof.name, &mut fields);
            adding.types.oneofs.insert((full.clone(), oneof.name.clone()), names);
        }
    }
}

/// The oneofs of a message, without those that only say that a field is optional.
pub(super) fn oneofs(message: &MessageDescriptor) -> impl Iterator<Item = &OneofDescriptor> {
    let is_of = |index: usize| {
        move |field: &FieldDescriptor| is_in_oneof(field) && field.oneof_index.is_some_and(|at| at as usize == index)
    };
    let all = message.oneof_decl.iter().enumerate();
    all.filter(move |(index, _)| message.field.iter().any(is_of(*index))).map(|(_, oneof)| oneof)
}

/// Whether a field is in a oneof that is more than the mark of an optional field.
pub(super) fn is_in_oneof(field: &FieldDescriptor) -> bool {
    field.oneof_index.is_some() && !field.proto3_optional
}

/// The names of the fields that are in no oneof.
fn plain_fields(message: &MessageDescriptor) -> Scope {
    let mut scope = Scope::default();
    for field in message.field.iter().filter(|field| !is_in_oneof(field)) {
        scope.take(Ident::snake(&field.name));
    }
    scope
}

/// What a derive of prost calls types of its own, beside the path of a field's enum: an enum of that name would be hidden.
const DERIVED: [&str; 5] = ["ScalarWrapper", "Inner", "MapWrapper", "KeyWrapper", "ValueWrapper"];

/// The name that an enum has as it travels, unless it is taken.
pub(super) fn wire_enum(name: &str) -> Ident {
    let own = Ident::camel(name);
    if DERIVED.contains(&own.as_str()) { own.numbered(2) } else { own }
}

/// The name of a type for prost-build: its own, unless that becomes the name of another type in Rust.
pub(super) fn proto_name(name: &str, rust: &TypeName) -> String {
    let own = name.rsplit('.').next().unwrap_or(name);
    rust.wire.last().map_or_else(|| own.to_owned(), |ident| wire_name(own, ident))
}

/// The name from which prost-build makes the name of a type in Rust.
pub(super) fn wire_name(own: &str, ident: &Ident) -> String {
    if is_nameless(own) || *ident != Ident::camel(own) { ident.spelled() } else { own.to_owned() }
}

/// Whether anything stands in a message.
pub(super) fn has_module(message: &MessageDescriptor) -> bool {
    !message.enum_type.is_empty()
        || oneofs(message).next().is_some()
        || message.nested_type.iter().any(|nested| !is_map_entry(nested))
}

/// Whether a message is only the way in which a map travels.
pub(super) fn is_map_entry(message: &MessageDescriptor) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry)
}

/// The full name of what stands in a package or a message.
pub(super) fn full_name(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}
