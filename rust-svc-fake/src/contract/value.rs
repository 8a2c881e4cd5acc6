//! Messages by their descriptors.

use std::fmt;

use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions};
use rust_svc::{Code, Error, Result, prost::Message};
use serde_json::Value;

use super::RawMessage;

/// A message by its descriptor.
#[derive(Clone, PartialEq)]
pub(crate) struct Dynamic(pub(crate) DynamicMessage);

impl Dynamic {
    /// Decodes a message.
    pub(crate) fn decode(descriptor: MessageDescriptor, message: RawMessage) -> Result<Self> {
        let name = descriptor.full_name().to_owned();
        let malformed = |_| Error::new(Code::Internal, format!("a message is not in the encoding of {name}"));
        DynamicMessage::decode(descriptor, message.0).map(Self).map_err(malformed)
    }

    pub(crate) fn encode(&self) -> RawMessage {
        RawMessage(self.0.encode_to_vec().into())
    }

    /// Reads JSON. Fails with the reason, such as an unknown field, and the path of the field.
    pub(crate) fn from_json(descriptor: MessageDescriptor, json: &Value) -> Result<Self, String> {
        read(descriptor.clone(), json).map(Self).map_err(|error| {
            let path = wrong_field(&descriptor, json);
            let place = if path.is_empty() { String::new() } else { format!("{path}: ") };
            format!("{}: {place}{error}", descriptor.full_name())
        })
    }

    /// Returns the message as JSON, without fields that are empty.
    pub(crate) fn to_json(&self) -> Value {
        self.json(true)
    }

    /// Returns the message as JSON, with all fields.
    pub(crate) fn to_full_json(&self) -> Value {
        self.json(false)
    }

    fn json(&self, skips_defaults: bool) -> Value {
        let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(skips_defaults);
        let options = options.stringify_64_bit_integers(false);
        self.0.serialize_with_options(serde_json::value::Serializer, &options).unwrap_or(Value::Null)
    }
}

fn read(descriptor: MessageDescriptor, json: &Value) -> Result<DynamicMessage, serde_json::Error> {
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(descriptor, json.clone(), &options)
}

/// Returns the path of the first field whose JSON is wrong; an empty text if it is not one field.
fn wrong_field(descriptor: &MessageDescriptor, json: &Value) -> String {
    let is_wrong = |(name, value): &(&String, &Value)| {
        let alone = Value::Object([((*name).clone(), (*value).clone())].into_iter().collect());
        read(descriptor.clone(), &alone).is_err()
    };
    let Some((name, value)) = json.as_object().and_then(|object| object.iter().find(is_wrong)) else {
        return String::new();
    };
    let field = descriptor.get_field_by_name(name).or_else(|| descriptor.get_field_by_json_name(name));
    let inner = match field.as_ref().filter(|field| !field.is_map()).map(FieldDescriptor::kind) {
        Some(Kind::Message(message)) => wrong_field_within(&message, value),
        _ => String::new(),
    };
    format!("{name}{inner}")
}

/// Returns the path of the first field that is wrong in a message, or in a list of messages.
fn wrong_field_within(descriptor: &MessageDescriptor, json: &Value) -> String {
    let field = |json: &Value| match wrong_field(descriptor, json) {
        path if path.is_empty() => path,
        path => format!(".{path}"),
    };
    let Some(values) = json.as_array() else { return field(json) };
    let wrong = values.iter().enumerate().find(|(_, value)| read(descriptor.clone(), value).is_err());
    wrong.map_or_else(String::new, |(index, value)| format!("[{index}]{}", field(value)))
}

/// Shows the message as JSON, so that failures do.
impl fmt::Debug for Dynamic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_json().fmt_compact(f)
    }
}

/// Prints JSON as `Debug` prints maps, which failures read.
trait CompactJson {
    fn fmt_compact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl CompactJson for Value {
    fn fmt_compact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Object(entries) => {
                let entry = |(key, value)| (key, Compact(value));
                f.debug_map().entries(entries.iter().map(entry)).finish()
            }
            Value::Array(values) => f.debug_list().entries(values.iter().map(Compact)).finish(),
            other => write!(f, "{other}"),
        }
    }
}

struct Compact<'a>(&'a Value);

impl fmt::Debug for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_compact(f)
    }
}
