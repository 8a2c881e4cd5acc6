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
            FieldFilter::Masks(masks) => masks.extend(S::IS_MASK.then_some(name)),
            _ => self.entry(name, json_name, |out| slot.print(out)),
        }
    }
}

/// Returns the fields of a message that are a `google.protobuf.FieldMask`.
pub(crate) fn mask_fields<T: JsonValue>() -> Vec<&'static str> {
    let mut writer = Writer::new(&PrintOptions::default());
    writer.filter = FieldFilter::Masks(Vec::new());
    T::default().write_fields(&mut writer);
    match writer.filter {
        FieldFilter::Masks(names) => names,
        FieldFilter::All | FieldFilter::One(_) => Vec::new(),
    }
}
