//! Places for values of a request, such as `${request.items[0].product_id}`, by the contract.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// The values that a step of a path leads to.
enum Found {
    Message(MessageDescriptor),
    List(FieldDescriptor),
    /// A value without fields.
    Plain,
    /// A map, or a message with a JSON form of its own: its values are known at run time.
    Open,
}

/// Checks the rest of a text after `${request`. Fails if no request has such a value.
pub(super) fn check_place(request: &MessageDescriptor, rest: &str) -> Result<(), String> {
    let Some((path, _)) = rest.split_once('}') else {
        return Err("a place of a value begins with `${request` and has no `}`".to_owned());
    };
    let mut found = Found::Message(request.clone());
    for step in path.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        found = found.step(step).map_err(|error| format!("`${{request{path}}}`: {error}"))?;
    }
    Ok(())
}

impl Found {
    fn step(self, step: &str) -> Result<Self, String> {
        match self {
            Self::Message(message) => match message.get_field_by_name(step) {
                Some(field) if field.is_list() => Ok(Self::List(field)),
                Some(field) if field.is_map() => Ok(Self::Open),
                Some(field) => Ok(Self::of(&field)),
                None => Err(unknown(&message, step)),
            },
            Self::List(field) if step.parse::<usize>().is_ok() => Ok(Self::of(&field)),
            Self::List(field) => Err(format!("`{0}` is a list: write `{0}[0].{step}`", field.name())),
            Self::Plain => Err(format!("`{step}` follows a value without fields")),
            Self::Open => Ok(Self::Open),
        }
    }

    fn of(field: &FieldDescriptor) -> Self {
        match field.kind() {
            Kind::Message(message) if message.full_name().starts_with("google.protobuf.") => Self::Open,
            Kind::Message(message) => Self::Message(message),
            _ => Self::Plain,
        }
    }
}

fn unknown(message: &MessageDescriptor, name: &str) -> String {
    let fields: Vec<_> = message.fields().map(|field| format!("`{}`", field.name())).collect();
    format!("{} has no field `{name}`\n  help: its fields are {}", message.full_name(), fields.join(", "))
}
