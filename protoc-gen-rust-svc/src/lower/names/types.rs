//! The Rust name of every message and enum.

use std::collections::BTreeMap;

use super::{
    Packages,
    descriptors::{has_module, is_in_oneof, is_map_entry, oneofs, proto_name, wire_enum},
    full_name,
};
use crate::{
    model::TypeName,
    names::{Ident, Scope},
    options::{self, Options},
    read::{
        Input,
        descriptor::{EnumDescriptor, MessageDescriptor},
    },
};

/// The Rust names of types, by full name.
pub(crate) struct TypeNames {
    names: BTreeMap<String, TypeName>,
    /// The modules of nested plain types, by message.
    modules: BTreeMap<String, Ident>,
    /// Oneofs, by the full name of the message and the name of the oneof.
    oneofs: BTreeMap<(String, String), OneofName>,
    /// The scopes of packages, to which services add names.
    scopes: BTreeMap<String, Scope>,
}

/// The names of a oneof.
#[derive(Clone)]
pub(crate) struct OneofName {
    /// Its enum.
    pub(crate) rust: TypeName,
    /// Its field in the prost message.
    pub(crate) wire_ident: Ident,
}

/// The modules of a plain type and of its prost message.
#[derive(Clone)]
struct TypePlace {
    package: String,
    domain: Vec<Ident>,
    wire: Vec<Ident>,
}

impl TypeNames {
    pub(crate) fn new(input: &Input, options: &Options, packages: &Packages) -> Self {
        let mut types =
            Self { names: BTreeMap::new(), modules: BTreeMap::new(), oneofs: BTreeMap::new(), scopes: BTreeMap::new() };
        let mut wire_scopes: BTreeMap<&str, Scope> = BTreeMap::new();
        for file in &input.files {
            let name = file.descriptor.package.as_str();
            let place = TypePlace { package: name.to_owned(), domain: Vec::new(), wire: Vec::new() };
            let mut scope = types.scopes.remove(name).unwrap_or_else(|| packages.reserved(name));
            let wire_scope = wire_scopes.entry(name).or_default();
            let is_wire = options.types == options::Types::Proto;
            let mut adding = TypeScope { types: &mut types, packages, scope: &mut scope, wire_scope, is_wire };
            adding.all(name, &place, &file.descriptor.message_type, &file.descriptor.enum_type);
            types.scopes.insert(name.to_owned(), scope);
        }
        if options.types == options::Types::Proto {
            types.use_messages();
        }
        types
    }

    /// Uses the prost messages as the types of all packages.
    fn use_messages(&mut self) {
        let oneofs = self.oneofs.values_mut().map(|names| &mut names.rust);
        for rust in self.names.values_mut().chain(oneofs) {
            rust.domain = [rust.pb.clone()].into_iter().chain(rust.wire.iter().cloned()).collect();
        }
    }

    /// The name of a type, by its full name.
    pub(crate) fn name(&self, full_name: &str) -> &TypeName {
        &self.names[full_name]
    }

    /// Whether a type exists.
    pub(crate) fn knows(&self, full_name: &str) -> bool {
        self.names.contains_key(full_name)
    }

    /// The module of the nested types of a message.
    pub(crate) fn module(&self, message: &str) -> Ident {
        self.modules[message].clone()
    }

    /// The names of a oneof.
    pub(crate) fn oneof(&self, message: &str, oneof: &str) -> OneofName {
        self.oneofs[&(message.to_owned(), oneof.to_owned())].clone()
    }

    /// The scope of a package.
    pub(crate) fn scope(&mut self, package: &str) -> &mut Scope {
        self.scopes.entry(package.to_owned()).or_default()
    }
}

/// Names the types of a package or message.
struct TypeScope<'a> {
    types: &'a mut TypeNames,
    packages: &'a Packages,
    scope: &'a mut Scope,
    wire_scope: &'a mut Scope,
    /// Whether prost messages are the types.
    is_wire: bool,
}

impl TypeScope<'_> {
    fn all(&mut self, outer: &str, place: &TypePlace, messages: &[MessageDescriptor], enums: &[EnumDescriptor]) {
        let messages: Vec<_> = messages.iter().filter(|message| !is_map_entry(message)).collect();
        for message in &messages {
            let own = Ident::camel(&message.name);
            self.one(outer, place, &message.name, own);
        }
        for item in enums {
            self.one(outer, place, &item.name, wire_enum(&item.name));
        }
        // Modules are named after types, so that adding a nested type renames no other type.
        for message in messages {
            self.nested(outer, place, message);
        }
    }

    fn one(&mut self, outer: &str, place: &TypePlace, name: &str, wire: Ident) {
        let rust = self.take(place, Ident::camel(name), wire);
        self.types.names.insert(full_name(outer, name), rust);
    }

    /// Names a oneof. prost-build derives its field and its enum from one name, so both must be free.
    fn oneof(&mut self, place: &TypePlace, name: &str, fields: &mut Scope) -> OneofName {
        let own = Ident::snake(name);
        let numbered = (2..).map(|number| own.numbered(number));
        let mut idents = [own.clone()].into_iter().chain(numbered);
        let is_free = |ident: &Ident| !fields.has(ident) && !self.wire_scope.has(&Ident::camel(ident.plain()));
        let wire_ident = fields.take(idents.find(is_free).unwrap_or(own));
        let rust = self.take(place, Ident::camel(name), Ident::camel(wire_ident.plain()));
        OneofName { rust, wire_ident }
    }

    fn take(&mut self, place: &TypePlace, domain: Ident, wire: Ident) -> TypeName {
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

    fn nested(&mut self, outer: &str, place: &TypePlace, message: &MessageDescriptor) {
        let full = full_name(outer, &message.name);
        let wire_name = proto_name(&full, &self.types.names[&full]);
        let module = Ident::snake(if self.is_wire { &wire_name } else { &message.name });
        let module = if has_module(message) { self.scope.take(module) } else { module };
        let mut inner = place.clone();
        inner.domain.push(module.clone());
        inner.wire.push(Ident::snake(&wire_name));
        self.types.modules.insert(full.clone(), module);
        let (mut scope, mut wire_scope) = (Scope::with(&["svc"]), Scope::default());
        let mut adding = TypeScope { types: self.types, scope: &mut scope, wire_scope: &mut wire_scope, ..*self };
        adding.all(&full, &inner, &message.nested_type, &message.enum_type);
        let mut fields = plain_fields(message);
        for oneof in oneofs(message) {
            let names = adding.oneof(&inner, &oneof.name, &mut fields);
            adding.types.oneofs.insert((full.clone(), oneof.name.clone()), names);
        }
    }
}

/// The names of fields outside oneofs.
fn plain_fields(message: &MessageDescriptor) -> Scope {
    let mut scope = Scope::default();
    for field in message.field.iter().filter(|field| !is_in_oneof(field)) {
        scope.take(Ident::snake(&field.name));
    }
    scope
}
