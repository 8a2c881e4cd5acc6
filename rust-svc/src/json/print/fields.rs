//! The fields of messages, each printed by one call of generated code.

use super::writer::{FieldFilter, Writer};
use crate::json::{
    message::{EnumOf, JsonEnum, JsonMessage, JsonValue, Null, Plain, Slot},
    options::PrintOptions,
};

impl Writer {
    /// Prints a field: a scalar, a message, or a list or a map of either. `name` is its proto name.
    pub fn field<S: Slot>(&mut self, name: &'static str, json_name: &'static str, slot: &S) {
        self.slot::<Plain, S>(name, json_name, slot);
    }

    /// Prints a field of values of the enum `E`.
    pub fn enumeration<E: JsonEnum>(
        &mut self,
        name: &'static str,
        json_name: &'static str,
        slot: &impl Slot<EnumOf<E>>,
    ) {
        self.slot(name, json_name, slot);
    }

    /// Prints a field of values of `google.protobuf.NullValue`.
    pub fn null(&mut self, name: &'static str, json_name: &'static str, slot: &impl Slot<Null>) {
        self.slot(name, json_name, slot);
    }

    /// Prints a member of a oneof, or a required field, even if it holds its default value.
    pub fn member<T: JsonValue>(&mut self, name: &'static str, json_name: &'static str, value: &T) {
        self.entry(name, json_name, |out| value.write(out));
    }

    /// Prints a member of a oneof, or a required field: a value of the enum `E`.
    pub fn enumeration_member<E: JsonEnum>(&mut self, name: &'static str, json_name: &'static str, number: &i32) {
        self.entry(name, json_name, |out| JsonValue::<EnumOf<E>>::write(number, out));
    }

    /// Prints a member of a oneof: a value of `google.protobuf.NullValue`.
    pub fn null_member(&mut self, name: &'static str, json_name: &'static str, number: &i32) {
        self.entry(name, json_name, |out| JsonValue::<Null>::write(number, out));
    }

    /// Prints a field even if it is unset.
    pub(crate) fn always<S: Slot>(&mut self, name: &'static str, json_name: &'static str, slot: &S) {
        self.entry(name, json_name, |out| slot.print(out));
    }

    /// Prints an object of the fields of a message.
    pub(crate) fn message(&mut self, message: &impl JsonMessage) {
        self.object(|out| message.write(out));
    }

    fn slot<K, S: Slot<K>>(&mut self, name: &'static str, json_name: &'static str, slot: &S) {
        let is_skipped = slot.is_unset() && !(self.options().defaults && S::HAS_DEFAULT);
        match &mut self.filter {
            FieldFilter::All if is_skipped => (),
            FieldFilter::Types(types) => types.extend(Some((name, S::MESSAGE_NAME)).filter(|(_, it)| !it.is_empty())),
            FieldFilter::Bytes(values) => values.extend(slot.as_bytes().map(|bytes| (name, bytes.to_vec()))),
            _ => self.entry(name, json_name, |out| slot.print(out)),
        }
    }
}

/// Returns the fields of a message that hold messages, with the full names of these.
pub(crate) fn field_types<T: JsonValue>() -> Vec<(&'static str, &'static str)> {
    let mut writer = Writer::new(&PrintOptions::default());
    writer.filter = FieldFilter::Types(Vec::new());
    T::default().write_fields(&mut writer);
    match writer.filter {
        FieldFilter::Types(types) => types,
        _ => Vec::new(),
    }
}

/// Returns the texts and bytes of a message, or of the message in one of its fields, by the names of their fields.
pub(crate) fn bytes_of_fields<T: JsonValue>(value: &T, field: Option<&'static str>) -> Vec<(&'static str, Vec<u8>)> {
    let mut writer = Writer::new(&PrintOptions::default());
    writer.filter = field.map_or_else(|| FieldFilter::Bytes(Vec::new()), FieldFilter::BytesOf);
    value.write_fields(&mut writer);
    match writer.filter {
        FieldFilter::Bytes(values) | FieldFilter::Done(values) => values,
        _ => Vec::new(),
    }
}
