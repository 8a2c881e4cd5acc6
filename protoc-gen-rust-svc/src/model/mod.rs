//! What is to be printed, with every decision made: names, types, policies, routes, docs.
//!
//! Everything here that is printed displays as valid Rust. If a template needs a decision, a word is missing here.

mod behavior;
mod default;
mod form;
mod known;
mod names;
mod print;
mod service;
mod times;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

pub use self::behavior::Behavior;
pub use self::default::DefaultValue;
pub use self::form::{CustomType, Form};
pub use self::known::WellKnown;
pub use self::print::grouped;
pub use self::service::{Attribute, Breaker, Idempotency, Kind, Literal, Method, Policy, Retry, Route, Service};
pub use self::times::Times;
pub use self::wire::{Encoding, Reserved};
use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// All that one run generates.
#[derive(Debug)]
pub struct Model {
    /// The files that were asked for by name; what is made of others, the user cannot change.
    pub asked_for: BTreeSet<String>,
    /// The packages to generate, sorted by name.
    pub packages: Vec<Package>,
    /// Every message that is known, also of packages that are not generated, by full name.
    pub messages: BTreeMap<String, Message>,
    /// Every enum that is known, by full name.
    pub enums: BTreeMap<String, Enum>,
    /// Whether the plain types stand without the messages that travel.
    pub stands_alone: bool,
    /// The module of the descriptors, at the root.
    pub descriptors: Ident,
}

/// A package of protobuf and the module that it becomes.
#[derive(Debug)]
pub struct Package {
    /// The name in the `.proto`; empty for files without one.
    pub name: String,
    /// The module, from the root of what is generated.
    pub module: Vec<Ident>,
    /// The files that it was made from, sorted.
    pub files: Vec<String>,
    /// The modules of its artefacts.
    pub artefacts: Artefacts,
    /// The full names of its messages that stand in no other, in the order of the files.
    pub messages: Vec<String>,
    /// The full names of its enums that stand in no message.
    pub enums: Vec<String>,
    /// Its services.
    pub services: Vec<Service>,
    /// The checks of requests that are of a type of the user's own.
    pub checks: Vec<Check>,
    /// Whether a gateway needs the JSON codec of its messages.
    pub needs_json: bool,
    /// The names of all its plain types and traits, which may hide names of Rust's prelude.
    pub names: BTreeSet<String>,
}

/// The check, by the rules of `buf.validate`, of requests that are of a type of the user's own.
#[derive(Clone, Debug)]
pub struct Check {
    /// The type that does it.
    pub ident: Ident,
    /// The full name of the message.
    pub message: String,
}

/// The modules of the artefacts of a package.
#[derive(Clone, Debug)]
pub struct Artefacts {
    /// Plain types, the traits and the constants.
    pub domain: Ident,
    /// gRPC to the trait.
    pub adapter: Ident,
    /// The trait to gRPC.
    pub client: Ident,
    /// HTTP and JSON to the trait.
    pub gateway: Ident,
    /// The trait to a script.
    pub fake: Ident,
    /// The messages that travel.
    pub pb: Ident,
    /// Between the plain types and the messages.
    pub convert: Ident,
    /// The JSON of the messages.
    pub json: Ident,
}

/// Where a type lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the package that is generated as this module.
    Local(Vec<Ident>),
    /// In the package that was generated elsewhere and is found at this Rust path.
    Extern(String),
}

/// The name of a type, as it is reached from other modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The package.
    pub origin: Origin,
    /// The modules within the package, and the type.
    pub domain: Vec<Ident>,
    /// The modules within the package, of the messages that travel, and the type.
    pub wire: Vec<Ident>,
    /// The module of the messages that travel in the package.
    pub pb: Ident,
}

/// A message.
#[derive(Debug)]
pub struct Message {
    /// The full name in the `.proto`.
    pub name: String,
    /// The name in Rust.
    pub rust: TypeName,
    /// The module of the types that stand in it, of the plain types.
    pub module: Ident,
    /// What a trait speaks in its place.
    pub form: Form,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Its fields, in the order of the file; the members of a oneof stand together.
    pub members: Vec<Member>,
    /// The full names of the messages that stand in it.
    pub messages: Vec<String>,
    /// The full names of the enums that stand in it.
    pub enums: Vec<String>,
    /// Whether the plain type is `Eq`.
    pub is_eq: bool,
    /// Whether the plain type is `Hash`.
    pub is_hash: bool,
    /// Whether the plain type has a default.
    pub has_default: bool,
    /// The number of the field that makes a repeated call harmless.
    pub idempotency_key: Option<i32>,
    /// Whether it holds a field that is `INPUT_ONLY`, or a message that does.
    pub has_input_only: bool,
    /// Whether `buf.validate` says something of it, or of a message that it holds.
    pub has_rules: bool,
    /// Its rules of `buf.validate` in CEL, and those of its fields, if requests are checked by them.
    pub cel: Vec<CelRule>,
    /// The resource that it changes, if it says by a mask which part of it.
    pub masked: Option<Masked>,
    /// What no field may be called or numbered.
    pub reserved: Reserved,
    /// Where it is declared.
    pub position: Position,
}

/// A rule of `buf.validate` in CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CelRule {
    /// What must be true.
    pub expression: String,
    /// Where it is written.
    pub position: Position,
}

/// A request to change a resource, by the names of AIP-134.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The field of the resource, by its name in the `.proto`.
    pub resource: String,
    /// The field of the mask, in the message that travels.
    pub mask: Ident,
}

/// A field, or a group of which at most one is there.
#[derive(Debug)]
pub enum Member {
    /// A field.
    Field(Field),
    /// Fields of which at most one is there.
    Oneof(Oneof),
}

/// A oneof.
#[derive(Debug)]
pub struct Oneof {
    /// The name in the `.proto`.
    pub name: String,
    /// The field that holds it.
    pub ident: Ident,
    /// The field of the message that travels.
    pub wire_ident: Ident,
    /// The enum.
    pub rust: TypeName,
    /// Its comment.
    pub docs: Docs,
    /// Its fields; [`Field::ident`] is the name of a variant here.
    pub fields: Vec<Field>,
    /// Where it is declared.
    pub position: Position,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// The name in the `.proto`.
    pub name: String,
    /// The name in JSON.
    pub json_name: String,
    /// The number that travels.
    pub number: i32,
    /// The name in the plain type.
    pub ident: Ident,
    /// The name in the message that travels.
    pub wire_ident: Ident,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Whether `Debug` must not show it.
    pub redacted: bool,
    /// Whether a message without it is wrong.
    pub required: bool,
    /// What `google.api.field_behavior` says.
    pub behavior: Behavior,
    /// Whether a path or an idempotency key names it, or a field of the message that it holds.
    pub is_named: bool,
    /// How often it occurs.
    pub cardinality: Cardinality,
    /// What it holds.
    pub value: Value,
    /// What it holds while it is absent, where that is said.
    pub default: Option<DefaultValue>,
    /// Whether a map of the plain type has no order, as the one that travels.
    pub is_hash_map: bool,
    /// Whether the value needs a box, because the message contains itself.
    pub boxed: bool,
    /// Whether a list of numbers travels as one field.
    pub is_packed: bool,
    /// Whether a message travels as a group.
    pub is_group: bool,
    /// How a value travels.
    pub encoding: Encoding,
    /// How the key of a map travels.
    pub key_encoding: Option<Encoding>,
    /// Where it is declared.
    pub position: Position,
}

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// Always; absent is the same as the default (proto3).
    Implicit,
    /// Once or not at all.
    Optional,
    /// Exactly once (proto2).
    Required,
    /// Any number of times.
    Repeated,
    /// Any number of times, each with another key.
    Map(Scalar),
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a text or bytes.
    Scalar(Scalar),
    /// An enum, by full name.
    Enum(String),
    /// A message, by full name.
    Message(String),
    /// A message of `google.protobuf` that has a type of its own in Rust.
    WellKnown(WellKnown),
}

/// A type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are named as in every .proto")]
pub enum Scalar {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Bool,
    String,
    Bytes,
    /// Bytes that share their memory with others: with the request that they came in.
    SharedBytes,
}

/// An enum.
#[derive(Debug)]
pub struct Enum {
    /// The full name in the `.proto`.
    pub name: String,
    /// The name in Rust.
    pub rust: TypeName,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Its values, in the order of the file.
    pub values: Vec<EnumValue>,
    /// Whether its zero only says that nothing was said; there is no variant for it then.
    pub has_unspecified: bool,
    /// Whether unknown numbers are refused (proto2).
    pub is_closed: bool,
    /// What no value may be called or numbered.
    pub reserved: Reserved,
    /// Where it is declared.
    pub position: Position,
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// The name in the `.proto`.
    pub name: String,
    /// The number that travels.
    pub number: i32,
    /// The variant, or the constant of an alias.
    pub ident: Ident,
    /// The variant of the enum that travels; an alias has none of its own.
    pub wire_ident: Ident,
    /// The name that makes prost-build call the variant so: its own, unless that becomes the name of another value in Rust.
    pub wire_name: String,
    /// The value that has the same number and came first.
    pub alias_of: Option<Ident>,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Where it is declared.
    pub position: Position,
}

impl Oneof {
    /// Whether one of its fields must be there: each of them is `REQUIRED`.
    pub fn required(&self) -> bool {
        self.fields.iter().all(|field| field.required)
    }
}

impl Model {
    /// All that is generated, as text for people.
    pub fn dump(&self) -> String {
        let is_generated =
            |rust: &TypeName| self.packages.iter().any(|package| rust.origin == Origin::Local(package.module.clone()));
        let messages = self.messages.values().filter(|message| is_generated(&message.rust));
        let enums = self.enums.values().filter(|item| is_generated(&item.rust));
        let packages = self.packages.iter().map(|package| format!("{package:#?}\n"));
        let messages = messages.map(|message| format!("{message:#?}\n"));
        packages.chain(messages).chain(enums.map(|item| format!("{item:#?}\n"))).collect()
    }

    /// Whether a message that is generated has rules, or one that a service that is generated takes.
    pub fn has_rules(&self) -> bool {
        self.packages.iter().any(|package| !package.checks.is_empty()) || self.has_own_rules()
    }

    fn has_own_rules(&self) -> bool {
        let is_generated =
            |rust: &TypeName| self.packages.iter().any(|package| rust.origin == Origin::Local(package.module.clone()));
        self.messages.values().any(|message| message.has_rules && is_generated(&message.rust))
    }

    /// The message of a full name.
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.get(name)
    }

    /// The enum of a full name.
    pub fn enumeration(&self, name: &str) -> Option<&Enum> {
        self.enums.get(name)
    }
}

impl Package {
    /// The check of a method's requests, if these are of a type of the user's own.
    pub fn check(&self, method: &Method) -> Option<&Check> {
        self.checks.iter().find(|check| check.message == method.request_name)
    }

    /// The services that have HTTP routes.
    pub fn routed(&self) -> Vec<&Service> {
        self.services.iter().filter(|service| service.is_routed()).collect()
    }
}

impl Artefacts {
    /// All of them.
    pub fn all(&self) -> [&Ident; 8] {
        [&self.domain, &self.adapter, &self.client, &self.gateway, &self.fake, &self.pb, &self.convert, &self.json]
    }
}

impl Message {
    /// All fields, those of oneofs too.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().flat_map(|member| match member {
            Member::Field(field) => std::slice::from_ref(field),
            Member::Oneof(oneof) => &oneof.fields[..],
        })
    }

    /// The same, to be changed.
    pub fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.members.iter_mut().flat_map(|member| match member {
            Member::Field(field) => std::slice::from_mut(field),
            Member::Oneof(oneof) => &mut oneof.fields[..],
        })
    }

    /// The field of a name in the `.proto`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// The full names of the messages that its fields hold.
    pub fn held(&self) -> impl Iterator<Item = &str> {
        self.fields().filter_map(|field| match &field.value {
            Value::Message(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The oneofs.
    pub fn oneofs(&self) -> impl Iterator<Item = &Oneof> {
        self.members.iter().filter_map(|member| match member {
            Member::Oneof(oneof) => Some(oneof),
            Member::Field(_) => None,
        })
    }
}
