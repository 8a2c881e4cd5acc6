//! What generated code tells about messages and enums.

use super::{FieldReader, JsonResult, Writer};

/// A message that has JSON. Generated code implements it for each message, with one line for each field.
pub trait JsonMessage: Default {
    /// The full name of the message in its `.proto`, such as `order.v1.Order`.
    const NAME: &'static str;

    /// Prints each field with [`Writer::field`] and its siblings.
    fn write(&self, out: &mut Writer);

    /// Reads the field that is called `name` in JSON or in the `.proto`, with [`FieldReader::read`] and its siblings.
    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult;
}

impl<M: JsonMessage> JsonMessage for Box<M> {
    const NAME: &'static str = M::NAME;

    fn write(&self, out: &mut Writer) {
        M::write(self, out);
    }

    fn read(&mut self, name: &str, field: FieldReader<'_, '_>) -> JsonResult {
        M::read(self, name, field)
    }
}

/// An enum that has JSON.
pub trait JsonEnum {
    /// Its names and numbers, in the order of the `.proto`. Of several names for one number the first is printed.
    const VALUES: &'static [(&'static str, i32)];

    /// The name that is printed for a number.
    fn name(number: i32) -> Option<&'static str> {
        Self::VALUES.iter().find(|(_, own)| *own == number).map(|(name, _)| *name)
    }

    /// The number of a name.
    fn number(name: &str) -> Option<i32> {
        Self::VALUES.iter().find(|(own, _)| *own == name).map(|(_, number)| *number)
    }
}

/// A value of a type that tells by itself what it is.
#[derive(Debug)]
pub enum Plain {}

/// A number that is a value of the enum `E`.
#[derive(Debug)]
pub struct EnumOf<E>(std::marker::PhantomData<E>);

/// A number that is `google.protobuf.NullValue`.
#[derive(Debug)]
pub enum Null {}
