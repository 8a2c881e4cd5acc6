//! Messages by their descriptors.

use std::fmt;

use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};
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

    /// Reads JSON. Fails with the reason, such as an unknown field.
    pub(crate) fn from_json(descriptor: MessageDescriptor, json: &Value) -> Result<Self, String> {
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        let name = descriptor.full_name().to_owned();
        let message = DynamicMessage::deserialize_with_options(descriptor, json.clone(), &options);
        message.map(Self).map_err(|error| format!("{name}: {error}"))
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
