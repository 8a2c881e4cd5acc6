//! Field paths of variables and bodies.

use rust_svc::path::Variable;

use crate::{
    diagnostics::suggest,
    model::{Cardinality, Field, Message, Model, Value, WellKnown},
};

/// A problem of a field path, and a fix.
pub(super) struct FieldPathError {
    pub(super) what: String,
    pub(super) help: String,
}

/// Checks that a path variable is a singular field of the request or of a nested message.
pub(super) fn resolve(model: &Model, request: &Message, variable: &Variable) -> Result<(), FieldPathError> {
    let path = variable.field_path();
    let mut message = request;
    for (index, segment) in path.iter().enumerate() {
        let field = message.field(segment).ok_or_else(|| unknown(message, segment))?;
        if let Some(other) = in_json(message, field) {
            return Err(ambiguous(other));
        }
        if index + 1 == path.len() {
            return if is_single(field) { Ok(()) } else { Err(not_single(field)) };
        }
        message = inner(model, field).ok_or_else(|| not_message(field))?;
    }
    Ok(())
}

/// The message of a singular field.
pub(super) fn inner<'a>(model: &'a Model, field: &Field) -> Option<&'a Message> {
    match (&field.value, field.cardinality) {
        (_, Cardinality::Repeated | Cardinality::Map(_)) => None,
        (Value::Message(name), _) => model.message(name),
        _ => None,
    }
}

fn is_single(field: &Field) -> bool {
    let fits = match &field.value {
        Value::Scalar(_) | Value::Enum(_) => true,
        Value::Message(_) => false,
        Value::WellKnown(known) => {
            matches!(known, WellKnown::Wrapper(_) | WellKnown::Timestamp(_) | WellKnown::Duration(_))
        }
    };
    fits && !matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_))
}

/// Finds the other field that has this name in JSON, so that a request would set that one.
fn in_json<'a>(message: &'a Message, field: &Field) -> Option<&'a Field> {
    message.fields().find(|other| other.number != field.number && other.json_name == field.name)
}

fn ambiguous(other: &Field) -> FieldPathError {
    FieldPathError {
        what: format!("is also the JSON name of `{}`", other.name),
        help: format!("give `{}` another json_name", other.name),
    }
}

fn unknown(message: &Message, name: &str) -> FieldPathError {
    if let Some(oneof) = message.oneofs().find(|oneof| oneof.name == name) {
        let what = format!("is a oneof of `{}`, not a field", message.name);
        let members: Vec<_> = oneof.fields.iter().map(|field| format!("`{}`", field.name)).collect();
        return FieldPathError { what, help: format!("use one of its members: {}", members.join(", ")) };
    }
    FieldPathError { what: format!("is not a field of `{}`", message.name), help: fields(message, name) }
}

fn not_single(field: &Field) -> FieldPathError {
    FieldPathError {
        what: format!("is {}", kind_of(field)),
        help: "a path variable is a singular scalar, bytes or enum field".to_owned(),
    }
}

fn kind_of(field: &Field) -> &'static str {
    match (field.cardinality, &field.value) {
        (Cardinality::Map(_), _) => "a map",
        (Cardinality::Repeated, _) => "repeated",
        (_, Value::Message(_)) => "a message",
        _ => "not a single value in JSON",
    }
}

fn not_message(field: &Field) -> FieldPathError {
    let name = &field.name;
    match &field.value {
        Value::WellKnown(_) if is_single(field) => FieldPathError {
            what: format!("is inside `{name}`, a single value in JSON"),
            help: format!("end the path variable at `{name}`"),
        },
        _ => FieldPathError {
            what: format!("is inside `{name}`, which is not a singular message"),
            help: "all parts but the last must be singular messages".to_owned(),
        },
    }
}

fn fields(message: &Message, name: &str) -> String {
    let names: Vec<_> = message.fields().map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        "the message has no fields".to_owned()
    } else {
        suggest::field(name, &names, "its fields are")
    }
}

/// Checks that a message has a field of this name, and that it is not the JSON name of another field.
pub(super) fn named(message: &Message, name: &str) -> Result<(), FieldPathError> {
    if name.contains('.') {
        return Err(not_top_level(message, name));
    }
    let field = message.field(name).ok_or_else(|| unknown(message, name))?;
    in_json(message, field).map_or(Ok(()), |other| Err(ambiguous(other)))
}

fn not_top_level(message: &Message, name: &str) -> FieldPathError {
    let first = name.split('.').next().unwrap_or_default();
    let help = match message.field(first) {
        Some(_) => format!("a body is a top-level field, such as `{first}`"),
        None => format!("a body is a top-level field; {}", fields(message, first)),
    };
    FieldPathError { what: "is not a top-level field".to_owned(), help }
}
