//! One encoding of a file for all compilers.
//!
//! protoc, buf and protox differ in the order and packing of options and of the entries of maps, in empty and source-only options, in their versions of
//! `google/protobuf`, and in the format of numbers. These differences have no meaning, so they are removed.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
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

/// The extension of buf in its descriptors, such as whether a file is an import.
const BUF: u32 = 8_042;

/// `type` and `default_value` of a field.
const TYPE: u32 = 5;
const DEFAULT: u32 = 7;

/// `RETENTION_SOURCE`: an option for compilers only.
const SOURCE_ONLY: i32 = 2;

/// Source-only options of `descriptor.proto` that the built-in copy does not mark.
const SOURCE_ONLY_OPTIONS: &[(&str, u32)] =
    &[(".google.protobuf.ExtensionRangeOptions", 2), (".google.protobuf.ExtensionRangeOptions", 3)];

/// The deepest nesting of messages that is normalized.
const MAX_DEPTH: usize = 64;

/// The fields and extensions of all messages of the files and of `descriptor.proto`, by their numbers.
pub struct Canonical {
    fields: HashMap<String, BTreeMap<u32, KnownField>>,
    /// The messages that are entries of maps.
    map_entries: HashSet<String>,
}

/// The properties of a field that decoding needs.
struct KnownField {
    kind: Type,
    is_repeated: bool,
    is_source_only: bool,
    type_name: String,
}

impl Canonical {
    /// Collects the fields of these files.
    pub fn new(input: &Input) -> Self {
        let mut canonical = Self { fields: HashMap::new(), map_entries: HashSet::new() };
        let own = google("google/protobuf/descriptor.proto").and_then(|bytes| FileDescriptor::decode(bytes).ok());
        input.files.iter().map(|file| &file.descriptor).chain(&own).for_each(|file| canonical.declare(file));
        for (message, number) in SOURCE_ONLY_OPTIONS {
            let field = canonical.fields.get_mut(*message).and_then(|fields| fields.get_mut(number));
            field.into_iter().for_each(|field| field.is_source_only = true);
        }
        canonical
    }

    /// Normalizes a file, without comments and positions. Malformed files stay as they are.
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
        if message.options.as_ref().is_some_and(|options| options.map_entry) {
            self.map_entries.insert(name);
        }
    }

    fn declare_field(&mut self, message: &str, field: &FieldDescriptor) {
        if let Ok(number) = u32::try_from(field.number) {
            let is_repeated = field.label() == Label::Repeated;
            let is_source_only = field.options.as_ref().is_some_and(|options| options.retention == SOURCE_ONLY);
            let type_name = field.type_name.clone();
            let declared = KnownField { kind: field.r#type(), is_repeated, is_source_only, type_name };
            self.fields.entry(message.to_owned()).or_default().insert(number, declared);
        }
    }

    /// Normalizes a message, with its fields in the order of their numbers.
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

    /// Normalizes the values of a field, at least one.
    fn field(&self, field: &KnownField, values: &[Raw<'_>], depth: usize, to: &mut Vec<u8>) -> Option<()> {
        match field.kind {
            Type::Message if self.map_entries.contains(&field.type_name) => self.map(field, values, depth, to),
            Type::Message if field.is_repeated => {
                values.iter().try_for_each(|value| self.nested(field, value, depth, to))
            }
            // Parts of a message are merged.
            Type::Message => self.nested(field, &joined(values), depth, to),
            // Readers at run time would reject the file because of an invalid string in an unrelated option.
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

    /// Writes the entries of a map in the order of their keys.
    fn map(&self, field: &KnownField, values: &[Raw<'_>], depth: usize, to: &mut Vec<u8>) -> Option<()> {
        let mut entries: Vec<_> = values.iter().collect();
        entries.sort_by_cached_key(|entry| map_key(entry));
        entries.into_iter().try_for_each(|entry| self.nested(field, entry, depth, to))
    }

    fn nested(&self, field: &KnownField, value: &Raw<'_>, depth: usize, to: &mut Vec<u8>) -> Option<()> {
        let bytes = self.message(&field.type_name, &value.bytes, depth + 1)?;
        // Empty options are omitted.
        if !(bytes.is_empty() && field.type_name.ends_with("Options")) {
            Raw { bytes: bytes.into(), ..*value }.encode(to);
        }
        Some(())
    }
}

/// The built-in copy of a file that every compiler has.
fn google(name: &str) -> Option<Bytes> {
    let file = GoogleFileResolver::new().open_file(name).ok()?;
    Some(file.file_descriptor_proto().encode_to_vec().into())
}

/// Writes the default of a float as protoc does.
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

/// The encoded key of an entry of a map. A key that is absent is zero or empty.
fn map_key(entry: &Raw<'_>) -> Option<Vec<u8>> {
    let fields = split(&entry.bytes)?;
    fields.into_iter().rfind(|field| field.number == 1).map(|key| key.bytes.into_owned())
}

/// Merges the parts of a message, at least one.
fn joined<'a>(values: &'a [Raw<'_>]) -> Raw<'a> {
    let bytes = match values {
        [one] => Cow::Borrowed(&*one.bytes),
        parts => parts.iter().flat_map(|part| part.bytes.iter().copied()).collect(),
    };
    Raw { number: values[0].number, wire_type: WireType::LengthDelimited, bytes }
}

/// Encodes packed numbers one by one.
fn encode_unpacked(kind: Type, value: &Raw<'_>, to: &mut Vec<u8>) {
    match unpacked(kind, value) {
        Some(numbers) => numbers.iter().for_each(|number| number.encode(to)),
        None => value.encode(to),
    }
}

/// The numbers of a packed list.
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
