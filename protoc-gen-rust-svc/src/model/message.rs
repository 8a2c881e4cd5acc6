//! Messages and their oneofs.

use super::{Field, Form, Reserved, TypeName, Value};
use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// A message.
#[derive(Debug)]
pub struct Message {
    /// The full name in the `.proto`.
    pub name: String,
    /// The name in Rust.
    pub rust: TypeName,
    /// The module of the plain types nested in it.
    pub module: Ident,
    /// The type that represents it in traits.
    pub form: Form,
    /// Its comment.
    pub docs: Docs,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether the OpenAPI document leaves it out, because a label restricts it.
    pub is_hidden: bool,
    /// Its fields, in the order of the file, with the members of a oneof together.
    pub members: Vec<Member>,
    /// The full names of its nested messages.
    pub messages: Vec<String>,
    /// The full names of its nested enums.
    pub enums: Vec<String>,
    /// Whether the plain type is `Eq`.
    pub is_eq: bool,
    /// Whether the plain type is `Hash`.
    pub is_hash: bool,
    /// Whether the plain type has a default.
    pub has_default: bool,
    /// Whether the prost message is `Eq` and `Hash`.
    pub is_wire_eq: bool,
    /// Whether the prost message is `Copy`.
    pub is_wire_copy: bool,
    /// The number of the field with the idempotency key.
    pub idempotency_key: Option<i32>,
    /// Whether it or a message in it has an `INPUT_ONLY` field.
    pub has_input_only: bool,
    /// Whether its fields may collide in JSON, as in proto2.
    pub has_loose_json: bool,
    /// Whether it or a message in it has rules of `buf.validate`.
    pub has_rules: bool,
    /// Its rules of `buf.validate` that need a check and those of its fields, if requests are checked by them.
    pub rules: Vec<Rule>,
    /// The resource and the mask, if it is an update request (AIP-134).
    pub masked: Option<Masked>,
    /// The reserved names and numbers.
    pub reserved: Reserved,
    /// The position of the declaration.
    pub position: Position,
}

/// A rule of `buf.validate` that the runtime may not understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its kind.
    pub kind: RuleKind,
    /// Its position.
    pub position: Position,
}

/// The kind of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// An expression in CEL.
    Cel(String),
    /// A rule that the runtime does not check, with its description.
    Unsupported(String),
}

/// The fields of an update request (AIP-134).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The field of the resource, by its name in the `.proto`.
    pub resource: String,
    /// The field of the mask in the prost message.
    pub mask: Ident,
}

/// A field or a oneof.
#[derive(Debug)]
pub enum Member {
    /// A field.
    Field(Field),
    /// A oneof.
    Oneof(Oneof),
}

/// A oneof.
#[derive(Debug)]
pub struct Oneof {
    /// The name in the `.proto`.
    pub name: String,
    /// Its field in the plain type.
    pub ident: Ident,
    /// Its field in the prost message.
    pub wire_ident: Ident,
    /// The enum.
    pub rust: TypeName,
    /// Its comment.
    pub docs: Docs,
    /// Its fields; [`Field::ident`] is the name of a variant here.
    pub fields: Vec<Field>,
    /// Whether a rule of `buf.validate` requires a member.
    pub is_required_by_rule: bool,
    /// Whether no finite message has the member that is required.
    pub is_endless: bool,
    /// The position of the declaration.
    pub position: Position,
}

impl Oneof {
    /// Whether a member must be present, because all of them are `REQUIRED`.
    pub fn required(&self) -> bool {
        self.fields.iter().all(|field| field.required)
    }
}

impl Message {
    /// All fields, including the members of oneofs.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().flat_map(|member| match member {
            Member::Field(field) => std::slice::from_ref(field),
            Member::Oneof(oneof) => &oneof.fields[..],
        })
    }

    /// All fields, including the members of oneofs, mutably.
    pub fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.members.iter_mut().flat_map(|member| match member {
            Member::Field(field) => std::slice::from_mut(field),
            Member::Oneof(oneof) => &mut oneof.fields[..],
        })
    }

    /// The field with this name in the `.proto`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// The full names of the messages that its fields contain.
    pub fn references(&self) -> impl Iterator<Item = &str> {
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
