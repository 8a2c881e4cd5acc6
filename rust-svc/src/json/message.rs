//! The traits of messages, values and fields that have JSON.

use super::{
    error::JsonResult,
    print::Writer,
    read::{FieldReader, ValueSource},
};

/// A message that has JSON. Generated code implements it for each message, with one line for each field.
pub trait JsonMessage: Default {
    /// The full name of the message in its `.proto`, such as `order.v1.Order`.
    const NAME: &'static str;

    /// Prints each field with [`Writer::field`] and its siblings.
    fn write(&self, out: &mut Writer);

    /// Reads the field with this JSON or proto name, with [`FieldReader::read`] and its siblings.
    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult;
}

/// An enum that has JSON.
pub trait JsonEnum {
    /// Its names and numbers, in the order of the `.proto`. Of several names for one number the first is printed.
    const VALUES: &'static [(&'static str, i32)];

    /// Returns the name that is printed for a number.
    fn name(number: i32) -> Option<&'static str> {
        Self::VALUES.iter().find(|(_, own)| *own == number).map(|(name, _)| *name)
    }

    /// Returns the number of a name.
    fn number(name: &str) -> Option<i32> {
        Self::VALUES.iter().find(|(own, _)| *own == name).map(|(_, number)| *number)
    }
}

/// A value that has JSON: a scalar, a message, or a number that is a value of an enum (`K`).
pub trait JsonValue<K = Plain>: Default {
    /// The full name of the message; empty for other values.
    const MESSAGE_NAME: &'static str = "";
    /// True for messages: an unset one is printed as `null` where defaults are printed.
    const IS_MESSAGE: bool = false;
    /// True if `null` is one of its values, so that an unset one is never printed as `null`.
    const HAS_NULL: bool = false;

    /// Prints the value.
    fn write(&self, out: &mut Writer);

    /// Reads the value; `None` if it is to be ignored.
    fn read(source: ValueSource<'_, '_>) -> JsonResult<Option<Self>>;

    /// Returns the value of a JSON `null`; `None` if `null` means that the value is not set.
    fn null() -> Option<Self> {
        None
    }

    /// Prints each field that a route may name, also of a message whose JSON is one value.
    fn write_fields(&self, _out: &mut Writer) {}

    /// Reads a field that a route or a parameter names.
    fn read_field(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        field.unknown(name)
    }

    /// Returns whether the printed form may be an object with this key.
    fn may_have_key(_key: &str) -> bool {
        false
    }
}

/// A field of a message, with its presence. `K` is the kind of its values, as in [`JsonValue`].
pub trait Slot<K = Plain> {
    /// The full name of the message that the field holds; empty for other values, lists and maps.
    const MESSAGE_NAME: &'static str = "";
    /// True if the field is printed where defaults are printed.
    const HAS_DEFAULT: bool = true;

    /// Returns whether the field need not be printed.
    fn is_unset(&self) -> bool;

    /// Returns the value of a text or of bytes.
    fn as_bytes(&self) -> Option<&[u8]> {
        None
    }

    /// Prints the value.
    fn print(&self, out: &mut Writer);

    /// Reads the value. A JSON `null` leaves the field as it is, unless `null` is a value of its type.
    fn fill(&mut self, source: ValueSource<'_, '_>) -> JsonResult;
}

/// The kind of values whose type alone decides their JSON.
#[derive(Debug)]
pub enum Plain {}

/// The kind of numbers that are values of the enum `E`.
#[derive(Debug)]
pub struct EnumOf<E>(std::marker::PhantomData<E>);

/// The kind of numbers that are `google.protobuf.NullValue`.
#[derive(Debug)]
pub enum Null {}
