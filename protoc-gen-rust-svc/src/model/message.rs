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
    /// The module of the types that stand in it, of the plain types.
    pub module: Ident,
    /// The type that represents it in traits.
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
    /// Whether the prost message is `Eq` and `Hash`.
    pub is_wire_eq: bool,
    /// Whether the prost message is `Copy`.
    pub is_wire_copy: bool,
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
    /// The reserved names and numbers.
    pub reserved: Reserved,
    /// Where it is declared.
    pub position: Position,
}

/// A rule of `buf.validate` in CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CelRule {
    /// The expression, which must be true.
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

impl Oneof {
    /// Whether one of its fields must be there: each of them is `REQUIRED`.
    pub fn required(&self) -> bool {
        self.fields.iter().all(|field| field.required)
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

    /// All fields, mutable.
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
