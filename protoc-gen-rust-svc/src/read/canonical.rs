//! One encoding of a file, whichever compiler it comes from.
//!
//! protoc, buf and protox write options in orders of their own, pack or do not, leave out what is empty or do not, leave
//! out what only compilers see or do not, bring the files of `google/protobuf` in versions of their own, and write numbers
//! as they like. None of it says anything.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use prost::{
    Message as _,
    bytes::Bytes,
    encoding::{self, WireType},
};
use protox::file::{FileResolver as _, GoogleFileResolver};

use super::{
    Input,
    descriptor::{FieldDescriptor, FileDescriptor, Label, MessageDescriptor, Type},
    float_text,
    raw::{Raw, SOURCE, bare, split},
};

const FILE: &str = ".google.protobuf.FileDescriptorProto";
const FIELD: &str = ".google.protobuf.FieldDescriptorProto";

/// What buf says of a file in its own descriptors: whether it was only imported, and so on.
const BUF: u32 = 8_042;

/// `type` and `default_value` of a field.
const TYPE: u32 = 5;
const DEFAULT: u32 = 7;

/// `RETENTION_SOURCE`: an option that only compilers see.
const SOURCE_ONLY: i32 = 2;

/// Options of this kind in `descriptor.proto`, which the built-in one does not tell.
const SOURCE_ONLY_OPTIONS: &[(&str, u32)] =
    &[(".google.protobuf.ExtensionRangeOptions", 2), (".google.protobuf.ExtensionRangeOptions", 3)];

/// How deeply messages are looked into. What lies deeper stays as it is.
const MAX_DEPTH: usize = 64;

/// The fields of every message that the files or `descriptor.proto` declare, extensions among them, by their numbers.
pub struct Canonical {
    fields: HashMap<String, BTreeMap<u32, Declared>>,
}

/// What must be known of a field to read its values.
struct Declared {
    kind: Type,
    is_repeated: bool,
    is_source_only: bool,
    type_name: String,
}

impl Canonical {
    /// Knows the options that these files declare.
    pub fn new(input: &Input) -> Self {
        let mut canonical = Self { fields: HashMap::new() };
        let own = google("google/protobuf/descriptor.proto").and_then(|bytes| FileDescriptor::decode(bytes).ok());
        input.files.iter().map(|file| &file.descriptor).chain(&own).for_each(|file| canonical.declare(file));
        for (message, number) in SOURCE_ONLY_OPTIONS {
            let field = canonical.fields.get_mut(*message).and_then(|fields| fields.get_mut(number));
            field.into_iter().for_each(|field| field.is_source_only = true);
        }
        canonical
    }

    /// A file without comments and places. One that is no `FileDescriptorProto` stays as it is.
    pub fn file(&self, name: &str, bytes: &Bytes) -> Bytes {
        let bytes = google(name).unwrap_or_else(|| bytes.clone());
        self.message(FILE, &bytes, 0).map_or(bytes, Bytes::from)
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
            let is_source_only = field.options.as_ref().is_some_and(|options| options.retention == SOURCE_ONLY);
            let type_name = field.type_name.clone();
            let declared = Declared { kind: field.r#type(), is_repeated, is_source_only, type_name };
            self.fields.entry(message.to_owned()).or_default().insert(number, declared);
        }
    }

    /// A message with its fields in the order of their numbers.
    fn message(&self, name: &str, bytes: &[u8], depth: usize) -> Option<Vec<u8>> {
        let mut encoded = Vec::with_capacity(bytes.len());
        let fields = self.fields.get(name);
        let mut all = split(bytes)?;
        if name == FIELD {
            rewrite_float(&mut all);
        }
        for values in all.chunk_by(|one, other| one.number == other.number) {
            match fields.and_then(|fields| fields.get(&values[0].number)) {
                _ if name == FILE && [SOURCE, BUF].contains(&values[0].number) => (),
                Some(field) if field.is_source_only => (),
                Some(field) if depth < MAX_DEPTH => self.field(field, values, depth, &mut encoded)?,
                _ => values.iter().for_each(|value| value.encode(&mut encoded)),
            }
        }
        Some(encoded)
    }

    /// The values of a field, which are not none.
    fn field(&self, field: &Declared, values: &[Raw<'_>], depth: usize, to: &mut Vec<u8>) -> Option<()> {
        match field.kind {
            Type::Message if field.is_repeated => {
                values.iter().try_for_each(|value| self.nested(field, value, depth, to))
            }
            // The parts of one message are one message.
            Type::Message => self.nested(field, &joined(values), depth, to),
            // A text that is not UTF-8 is an option of others, and those who read it at run time would refuse the file.
            Type::String => {
                let texts = values.iter().filter(|value| str::from_utf8(&value.bytes).is_ok());
                texts.for_each(|text| text.encode(to));
                Some(())
            }
            kind => {
                values.iter().for_each(|value| encode_unpacked(kind, value, to));
                Some(())
            }
        }
    }

    fn nested(&self, field: &Declared, value: &Raw<'_>, depth: usize, to: &mut Vec<u8>) -> Option<()> {
        let bytes = self.message(&field.type_name, &value.bytes, depth + 1)?;
        // No options are none.
        if !(bytes.is_empty() && field.type_name.ends_with("Options")) {
            Raw { bytes: bytes.into(), ..*value }.encode(to);
        }
        Some(())
    }
}

/// A file that compilers bring, as the one in here brings it.
fn google(name: &str) -> Option<Bytes> {
    let file = GoogleFileResolver::new().open_file(name).ok()?;
    Some(file.file_descriptor_proto().encode_to_vec().into())
}

/// Writes the default of a float as protoc does, among the values of a field.
fn rewrite_float(values: &mut [Raw<'_>]) {
    let Some(kind) = values.iter().find(|value| value.number == TYPE).and_then(field_type) else { return };
    for value in values.iter_mut().filter(|value| value.number == DEFAULT) {
        if let Some(text) = str::from_utf8(&value.bytes).ok().and_then(|text| float_text(kind, text)) {
            value.bytes = Cow::Owned(text.into_bytes());
        }
    }
}

fn field_type(value: &Raw<'_>) -> Option<Type> {
    let number = encoding::decode_varint(&mut &*value.bytes).ok()?;
    Type::try_from(i32::try_from(number).ok()?).ok()
}

/// The parts of a message, which are not none, as one.
fn joined<'a>(values: &'a [Raw<'_>]) -> Raw<'a> {
    let bytes = match values {
        [one] => Cow::Borrowed(&*one.bytes),
        parts => parts.iter().flat_map(|part| part.bytes.iter().copied()).collect(),
    };
    Raw { number: values[0].number, wire_type: WireType::LengthDelimited, bytes }
}

/// Encodes the numbers of a list, each by itself.
fn encode_unpacked(kind: Type, value: &Raw<'_>, to: &mut Vec<u8>) {
    match unpacked(kind, value) {
        Some(numbers) => numbers.iter().for_each(|number| number.encode(to)),
        None => value.encode(to),
    }
}

/// The numbers of a list. `None` if it is none.
fn unpacked<'a>(kind: Type, value: &'a Raw<'_>) -> Option<Vec<Raw<'a>>> {
    let wire_type = match kind {
        _ if value.wire_type != WireType::LengthDelimited => return None,
        Type::String | Type::Bytes | Type::Message | Type::Group => return None,
        Type::Double | Type::Fixed64 | Type::Sfixed64 => WireType::SixtyFourBit,
        Type::Float | Type::Fixed32 | Type::Sfixed32 => WireType::ThirtyTwoBit,
        _ => WireType::Varint,
    };
    let mut rest = &*value.bytes;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        numbers.push(bare(value.number, wire_type, &mut rest)?);
    }
    Some(numbers)
}
