//! One encoding of a file, whichever compiler it comes from.
//!
//! protoc, buf and protox write options in orders of their own, pack or do not, leave out what is empty or do not, and
//! bring the files of `google/protobuf` in versions of their own. None of it says anything.

use std::collections::{BTreeMap, HashMap};

use prost::{
    Message as _,
    bytes::{Buf as _, Bytes},
    encoding::{self, DecodeContext, WireType},
};
use protox::file::{FileResolver as _, GoogleFileResolver};

use super::{
    Input,
    descriptor::{FieldDescriptor, FileDescriptor, Label, MessageDescriptor, Type},
};

const FILE: &str = ".google.protobuf.FileDescriptorProto";

/// `source_code_info` of a file: comments and places.
const SOURCE: u32 = 9;

/// How deeply messages are looked into. What lies deeper stays as it is.
const MAX_DEPTH: usize = 64;

/// The fields of every message that the files or `descriptor.proto` declare, extensions among them, by their numbers.
pub struct Canonical {
    fields: HashMap<String, HashMap<u32, Declared>>,
}

/// What must be known of a field to read its values.
struct Declared {
    kind: Type,
    is_repeated: bool,
    type_name: String,
}

impl Canonical {
    /// Knows the options that these files declare.
    pub fn new(input: &Input) -> Self {
        let mut canonical = Self { fields: HashMap::new() };
        let own = google("google/protobuf/descriptor.proto").and_then(|bytes| FileDescriptor::decode(bytes).ok());
        input.files.iter().map(|file| &file.descriptor).chain(&own).for_each(|file| canonical.declare(file));
        canonical
    }

    /// A file without comments and places. One that is no `FileDescriptorProto` stays as it is.
    pub fn file(&self, name: &str, bytes: &Bytes) -> Bytes {
        let bytes = google(name).unwrap_or_else(|| bytes.clone());
        self.message(FILE, bytes.clone(), 0).map_or(bytes, Bytes::from)
    }

    fn declare(&mut self, file: &FileDescriptor) {
        let package = if file.package.is_empty() { String::new() } else { format!(".{}", file.package) };
        file.message_type.iter().for_each(|message| self.declare_message(&package, message));
        file.extension.iter().for_each(|field| self.declare_field(&field.extendee, field));
    }

    fn declare_message(&mut self, outer: &str, message: &MessageDescriptor) {
        let name = format!("{outer}.{}", message.name);
        message.nested_type.iter().for_each(|nested| self.declare_message(&name, nested));
        message.field.iter().for_each(|field| self.declare_field(&name, field));
        message.extension.iter().for_each(|field| self.declare_field(&field.extendee, field));
    }

    fn declare_field(&mut self, message: &str, field: &FieldDescriptor) {
        if let Ok(number) = u32::try_from(field.number) {
            let is_repeated = field.label() == Label::Repeated;
            let declared = Declared { kind: field.r#type(), is_repeated, type_name: field.type_name.clone() };
            self.fields.entry(message.to_owned()).or_default().insert(number, declared);
        }
    }

    /// A message with its fields in the order of their numbers.
    fn message(&self, name: &str, bytes: Bytes, depth: usize) -> Option<Vec<u8>> {
        let mut encoded = Vec::with_capacity(bytes.len());
        let fields = self.fields.get(name);
        for (number, values) in split(bytes)? {
            match fields.and_then(|fields| fields.get(&number)) {
                _ if name == FILE && number == SOURCE => (),
                Some(field) if depth < MAX_DEPTH => self.field(field, number, values, depth, &mut encoded)?,
                _ => values.iter().for_each(|value| value.encode(number, &mut encoded)),
            }
        }
        Some(encoded)
    }

    fn field(&self, field: &Declared, number: u32, values: Vec<Raw>, depth: usize, to: &mut Vec<u8>) -> Option<()> {
        let values = match field.kind {
            Type::Message if field.is_repeated => self.messages(field, values, depth)?,
            // The parts of one message are one message.
            Type::Message => self.messages(field, vec![joined(values)], depth)?,
            kind => values.into_iter().flat_map(|value| unpacked(kind, value)).collect(),
        };
        values.iter().for_each(|value| value.encode(number, to));
        Some(())
    }

    fn messages(&self, field: &Declared, values: Vec<Raw>, depth: usize) -> Option<Vec<Raw>> {
        let mut messages = Vec::with_capacity(values.len());
        for value in values {
            let bytes = self.message(&field.type_name, value.bytes, depth + 1)?;
            // No options are none.
            if !(bytes.is_empty() && field.type_name.ends_with("Options")) {
                messages.push(Raw { wire_type: value.wire_type, bytes: bytes.into() });
            }
        }
        Some(messages)
    }
}

/// A file without comments and places, otherwise as it is; and these. `None` if it is no `FileDescriptorProto`.
pub(crate) fn apart(bytes: &Bytes) -> Option<(Bytes, Bytes)> {
    let (mut rest, mut kept, mut source) = (bytes.clone(), Vec::new(), Vec::new());
    while rest.has_remaining() {
        let before = rest.clone();
        let (number, wire_type) = encoding::decode_key(&mut rest).ok()?;
        let value = value(wire_type, number, &mut rest)?;
        match number {
            SOURCE => source.push(value),
            _ => kept.extend_from_slice(&before[..before.len() - rest.len()]),
        }
    }
    // The parts of one message are one message.
    Some((kept.into(), source.concat().into()))
}

/// A file that compilers bring, as the one in here brings it.
fn google(name: &str) -> Option<Bytes> {
    let file = GoogleFileResolver::new().open_file(name).ok()?;
    Some(file.file_descriptor_proto().encode_to_vec().into())
}

/// A value as it is encoded, without the key and the length before it.
struct Raw {
    wire_type: WireType,
    bytes: Bytes,
}

impl Raw {
    fn encode(&self, number: u32, to: &mut Vec<u8>) {
        encoding::encode_key(number, self.wire_type, to);
        if self.wire_type == WireType::LengthDelimited {
            encoding::encode_varint(self.bytes.len() as u64, to);
        }
        to.extend_from_slice(&self.bytes);
    }
}

/// The values of each field. `None` if the bytes are no message.
fn split(mut rest: Bytes) -> Option<BTreeMap<u32, Vec<Raw>>> {
    let mut fields: BTreeMap<u32, Vec<Raw>> = BTreeMap::new();
    while rest.has_remaining() {
        let (number, wire_type) = encoding::decode_key(&mut rest).ok()?;
        let bytes = value(wire_type, number, &mut rest)?;
        fields.entry(number).or_default().push(Raw { wire_type, bytes });
    }
    Some(fields)
}

fn value(wire_type: WireType, number: u32, rest: &mut Bytes) -> Option<Bytes> {
    if wire_type == WireType::LengthDelimited {
        let length = usize::try_from(encoding::decode_varint(rest).ok()?).ok()?;
        return (length <= rest.len()).then(|| rest.split_to(length));
    }
    let mut behind = rest.clone();
    encoding::skip_field(wire_type, number, &mut behind, DecodeContext::default()).ok()?;
    Some(rest.split_to(rest.len() - behind.len()))
}

fn joined(values: Vec<Raw>) -> Raw {
    let bytes = values.iter().flat_map(|value| value.bytes.iter().copied()).collect();
    Raw { wire_type: WireType::LengthDelimited, bytes }
}

/// The numbers of a list, each by itself.
fn unpacked(kind: Type, value: Raw) -> Vec<Raw> {
    let wire_type = match kind {
        _ if value.wire_type != WireType::LengthDelimited => return vec![value],
        Type::String | Type::Bytes | Type::Message | Type::Group => return vec![value],
        Type::Double | Type::Fixed64 | Type::Sfixed64 => WireType::SixtyFourBit,
        Type::Float | Type::Fixed32 | Type::Sfixed32 => WireType::ThirtyTwoBit,
        _ => WireType::Varint,
    };
    let mut rest = value.bytes.clone();
    let mut numbers = Vec::new();
    while rest.has_remaining() {
        match self::value(wire_type, 1, &mut rest) {
            Some(bytes) => numbers.push(Raw { wire_type, bytes }),
            None => return vec![value],
        }
    }
    numbers
}
