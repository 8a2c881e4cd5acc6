//! Strings that are not UTF-8, some of which protoc accepts.

use std::collections::HashMap;

use prost::{DecodeError, Message as _};

use super::{
    descriptor::{
        EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
    },
    raw::split,
};

/// The number of a file's name.
const NAME: u32 = 1;

/// An element of a file with strings.
#[derive(Clone, Copy)]
enum Element {
    File,
    Message,
    Field,
    Enum,
    Service,
    Method,
}

/// Finds the element with an invalid string, as a path of `SourceCodeInfo`.
pub(super) fn find_invalid(file: &[u8]) -> Option<Vec<i32>> {
    let mut path = Vec::new();
    find(Element::File, file, &mut path).then_some(path)
}

/// The name of a file, lossily decoded.
pub(super) fn name(file: &[u8]) -> String {
    let values = split(file).unwrap_or_default();
    let name = values.iter().rfind(|value| value.number == NAME);
    name.map(|name| String::from_utf8_lossy(&name.bytes).into_owned()).unwrap_or_default()
}

/// Extends the path to an invalid string. Returns false if there is none.
fn find(element: Element, bytes: &[u8], path: &mut Vec<i32>) -> bool {
    if !element.decode(bytes).is_err_and(|error| error.to_string().contains("UTF-8")) {
        return false;
    }
    let mut counts: HashMap<i32, i32> = HashMap::new();
    for value in split(bytes).unwrap_or_default() {
        let number = value.number.cast_signed();
        let Some(inner) = element.inner(number) else { continue };
        let index = counts.entry(number).or_default();
        path.extend([number, *index]);
        if find(inner, &value.bytes, path) {
            return true;
        }
        path.truncate(path.len() - 2);
        *index += 1;
    }
    true
}

impl Element {
    fn decode(self, bytes: &[u8]) -> Result<(), DecodeError> {
        match self {
            Self::File => FileDescriptor::decode(bytes).map(drop),
            Self::Message => MessageDescriptor::decode(bytes).map(drop),
            Self::Field => FieldDescriptor::decode(bytes).map(drop),
            Self::Enum => EnumDescriptor::decode(bytes).map(drop),
            Self::Service => ServiceDescriptor::decode(bytes).map(drop),
            Self::Method => MethodDescriptor::decode(bytes).map(drop),
        }
    }

    /// The element in the field with a number.
    fn inner(self, number: i32) -> Option<Self> {
        match (self, number) {
            (Self::File, 4) | (Self::Message, 3) => Some(Self::Message),
            (Self::File, 5) | (Self::Message, 4) => Some(Self::Enum),
            (Self::File, 7) | (Self::Message, 2 | 6) => Some(Self::Field),
            (Self::File, 6) => Some(Self::Service),
            (Self::Service, 2) => Some(Self::Method),
            _ => None,
        }
    }
}
