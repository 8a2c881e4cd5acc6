//! The conversions between the plain types of this crate and the messages of `google.protobuf`.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost_types as pb;

use crate::{Any, FieldMask, Json, Message, SignedDuration, Timestamp, Violations};

/// The deepest nesting of a `Value`.
const MAX_DEPTH: usize = 100;

macro_rules! impl_message {
    ($($name:literal: $type:ty),* $(,)?) => {$(
        impl Message for $type {
            const NAME: &'static str = concat!("google.protobuf.", $name);
            type Wire = Self;

            fn into_wire(self) -> Self {
                self
            }

            fn read(wire: Self, _: &mut Violations) -> Option<Self> {
                Some(wire)
            }
        }
    )*};
}

impl_message! {
    "Empty": (),
    "BoolValue": bool,
    "Int32Value": i32,
    "Int64Value": i64,
    "UInt32Value": u32,
    "UInt64Value": u64,
    "FloatValue": f32,
    "DoubleValue": f64,
    "StringValue": String,
    "BytesValue": Vec<u8>,
    "BytesValue": Bytes,
    "Any": pb::Any,
    "Duration": pb::Duration,
    "FieldMask": pb::FieldMask,
    "ListValue": pb::ListValue,
    "Struct": pb::Struct,
    "Timestamp": pb::Timestamp,
    "Value": pb::Value,
}

impl Message for Timestamp {
    const NAME: &'static str = "google.protobuf.Timestamp";
    type Wire = pb::Timestamp;

    fn into_wire(self) -> pb::Timestamp {
        pb::Timestamp { seconds: self.seconds(), nanos: self.nanos().cast_signed() }
    }

    fn read(wire: pb::Timestamp, violations: &mut Violations) -> Option<Self> {
        let nanos = u32::try_from(wire.nanos).ok();
        let timestamp = nanos.and_then(|nanos| Self::new(wire.seconds, nanos));
        timestamp.or_else(|| violations.reject("is not a time of the years 1 to 9999"))
    }
}

impl Message for SignedDuration {
    const NAME: &'static str = "google.protobuf.Duration";
    type Wire = pb::Duration;

    fn into_wire(self) -> pb::Duration {
        pb::Duration { seconds: self.seconds(), nanos: self.nanos() }
    }

    fn read(wire: pb::Duration, violations: &mut Violations) -> Option<Self> {
        Self::new(wire.seconds, wire.nanos).or_else(|| violations.reject("is not a duration of at most 10,000 years"))
    }
}

impl Message for FieldMask {
    const NAME: &'static str = "google.protobuf.FieldMask";
    type Wire = pb::FieldMask;

    fn into_wire(self) -> pb::FieldMask {
        pb::FieldMask { paths: self.paths }
    }

    fn read(wire: pb::FieldMask, _: &mut Violations) -> Option<Self> {
        Some(Self { paths: wire.paths })
    }
}

impl Violations {
    /// Limits required fields of the field `resource` to those in `mask` (AIP-134, AIP-203).
    ///
    /// No mask covers the fields that the resource holds; `*` covers all fields.
    pub fn mask(&mut self, resource: &'static str, mask: &Option<pb::FieldMask>) {
        self.set_mask(resource, mask.as_ref().map_or(&[], |mask| &mask.paths));
    }
}

impl Message for Any {
    const NAME: &'static str = "google.protobuf.Any";
    type Wire = pb::Any;

    fn into_wire(self) -> pb::Any {
        pb::Any { type_url: self.type_url, value: self.value }
    }

    fn read(wire: pb::Any, _: &mut Violations) -> Option<Self> {
        Some(Self { type_url: wire.type_url, value: wire.value })
    }
}

impl Message for Json {
    const NAME: &'static str = "google.protobuf.Value";
    type Wire = pb::Value;

    fn into_wire(self) -> pb::Value {
        pb::Value { kind: Some(kind(self)) }
    }

    fn read(wire: pb::Value, violations: &mut Violations) -> Option<Self> {
        value(wire, 0).or_else(|| violations.reject("holds a number that is not finite, or is nested too deeply"))
    }
}

impl Message for BTreeMap<String, Json> {
    const NAME: &'static str = "google.protobuf.Struct";
    type Wire = pb::Struct;

    fn into_wire(self) -> pb::Struct {
        pb::Struct { fields: self.into_iter().map(|(key, value)| (key, value.into_wire())).collect() }
    }

    fn read(wire: pb::Struct, violations: &mut Violations) -> Option<Self> {
        wire.fields.into_iter().map(|(key, value)| Some((key, Json::read(value, violations)?))).collect()
    }
}

impl Message for Vec<Json> {
    const NAME: &'static str = "google.protobuf.ListValue";
    type Wire = pb::ListValue;

    fn into_wire(self) -> pb::ListValue {
        pb::ListValue { values: self.into_iter().map(Message::into_wire).collect() }
    }

    fn read(wire: pb::ListValue, violations: &mut Violations) -> Option<Self> {
        wire.values.into_iter().map(|value| Json::read(value, violations)).collect()
    }
}

fn kind(json: Json) -> pb::value::Kind {
    match json {
        Json::Null => pb::value::Kind::NullValue(0),
        Json::Bool(value) => pb::value::Kind::BoolValue(value),
        Json::Number(value) => pb::value::Kind::NumberValue(value),
        Json::Text(value) => pb::value::Kind::StringValue(value),
        Json::List(values) => pb::value::Kind::ListValue(values.into_wire()),
        Json::Object(entries) => pb::value::Kind::StructValue(entries.into_wire()),
    }
}

fn value(wire: pb::Value, depth: usize) -> Option<Json> {
    if depth == MAX_DEPTH {
        return None;
    }
    Some(match wire.kind {
        None | Some(pb::value::Kind::NullValue(_)) => Json::Null,
        Some(pb::value::Kind::BoolValue(value)) => Json::Bool(value),
        Some(pb::value::Kind::NumberValue(value)) => Json::Number(value.is_finite().then_some(value)?),
        Some(pb::value::Kind::StringValue(value)) => Json::Text(value),
        Some(pb::value::Kind::ListValue(list)) => {
            Json::List(list.values.into_iter().map(|item| value(item, depth + 1)).collect::<Option<_>>()?)
        }
        Some(pb::value::Kind::StructValue(object)) => {
            let entry = |(key, item)| Some((key, value(item, depth + 1)?));
            Json::Object(object.fields.into_iter().map(entry).collect::<Option<_>>()?)
        }
    })
}
