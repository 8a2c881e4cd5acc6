//! Fields: their types, labels and numbers.

use std::collections::HashSet;

use super::{
    Draw,
    names::{Style, entry_name, json_name},
};
use crate::contract::{Field, Kind, Syntax, within};

/// The numbers and JSON names that the fields of a message have taken.
#[derive(Default)]
pub(super) struct Slots {
    next: u32,
    numbers: HashSet<u32>,
    pub(super) json: HashSet<String>,
}

pub(super) const SCALARS: &[&str] = &[
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes", "string", "bytes",
];

const KEYS: &[&str] = &[
    "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool",
    "string", "string",
];

/// Types of `google.protobuf`; the last ones are enums.
pub(super) const KNOWN: &[&str] = &[
    "Any",
    "Api",
    "Duration",
    "Empty",
    "FieldMask",
    "SourceContext",
    "Struct",
    "Value",
    "ListValue",
    "Timestamp",
    "Type",
    "FieldDescriptorProto",
    "BoolValue",
    "BytesValue",
    "DoubleValue",
    "FloatValue",
    "Int32Value",
    "Int64Value",
    "StringValue",
    "UInt32Value",
    "UInt64Value",
    "Timestamp",
    "Duration",
    "FieldMask",
    "Empty",
    "NullValue",
    "Syntax",
];

/// The enums among these types.
pub(super) const KNOWN_ENUMS: &[&str] = &["NullValue", "Syntax"];

impl Draw {
    pub(super) fn add_field(&mut self, message: usize, oneof: Option<usize>, slots: &mut Slots) {
        let file = self.contract.messages[message].file;
        let mut kind = self.kind(message);
        if oneof.is_none() && self.in_100(15) && !self.is_closed_without_zero(&kind) {
            kind = Kind::Map(self.one_of(KEYS), Box::new(kind));
        }
        let label = match (&kind, oneof) {
            (Kind::Map(..), _) | (_, Some(_)) => "",
            _ => self.label(file, message, &kind),
        };
        self.imports_of(file, &kind);
        let name = self.field_name(message, &kind, slots);
        let mut field = Field { label, kind, name, number: self.slot(slots), options: Vec::new(), oneof };
        self.options_of(file, &mut field, slots);
        self.contract.messages[message].fields.push(field);
    }

    /// Whether a kind is a closed enum without a zero. The first value of an enum in a map must be zero.
    fn is_closed_without_zero(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::Enum(index) if self.contract.enums[*index].values[0].number != 0)
    }

    fn kind(&mut self, message: usize) -> Kind {
        let file = self.contract.messages[message].file;
        match self.rng.u32(..100) {
            0..28 => Kind::Message(self.held(message, file)),
            28..42 => self.enum_or_scalar(file),
            42..58 => Kind::Known(self.one_of(KNOWN)),
            _ => Kind::Scalar(self.one_of(SCALARS)),
        }
    }

    /// The message type of a field: often the message of the field itself.
    fn held(&mut self, message: usize, file: usize) -> usize {
        if self.in_100(20) {
            return message;
        }
        let usable = self.usable_messages(file);
        self.one_of(&usable)
    }

    fn enum_or_scalar(&mut self, file: usize) -> Kind {
        let mut usable = self.usable_enums(file);
        if self.contract.files[file].syntax == Syntax::Proto3 {
            usable.retain(|index| !self.contract.enums[*index].is_closed);
        }
        if usable.is_empty() { Kind::Scalar(self.one_of(SCALARS)) } else { Kind::Enum(self.one_of(&usable)) }
    }

    /// The label of a field. A required field has the type of a message that was drawn earlier, because a message that
    /// requires itself would be infinite.
    fn label(&mut self, file: usize, message: usize, kind: &Kind) -> &'static str {
        let syntax = self.contract.files[file].syntax;
        let is_group = self.contract.messages[message].is_group;
        let may_be_required = !matches!(kind, Kind::Message(held) if is_group || *held >= message);
        match (syntax, self.rng.u32(..10)) {
            (_, 0 | 1) => "repeated ",
            (Syntax::Proto2, 2 | 3) if may_be_required => "required ",
            (Syntax::Proto2, _) | (Syntax::Proto3, 4..6) => "optional ",
            _ => "",
        }
    }

    /// A free name. Its JSON name is free, too, unless those may collide.
    fn field_name(&mut self, message: usize, kind: &Kind, slots: &mut Slots) -> String {
        let scope = self.contract.messages[message].full.clone();
        let is_lenient = self.contract.files[self.contract.messages[message].file].features.is_lenient;
        let is_map = matches!(kind, Kind::Map(..));
        let json = &slots.json;
        let taken = self.taken.clone();
        let is_legal = |name: &str| {
            let is_entry_free = !taken.contains(&within(&scope, &entry_name(name)));
            (is_lenient || !json.contains(&json_name(name))) && (!is_map || is_entry_free && entry_name(name) != name)
        };
        let name = self.name_that(&scope, Style::Snake, is_legal);
        slots.json.insert(json_name(&name));
        if is_map {
            self.takes_entry(&scope, &name);
        }
        name
    }

    /// A free number.
    pub(super) fn slot(&mut self, slots: &mut Slots) -> u32 {
        loop {
            slots.next += 1;
            let number = match self.in_100(12) {
                true => self.one_of(&[15, 16, 100, 2047, 2048, 18_999, 20_000, 65_535, 268_435_456, 536_870_911]),
                false => slots.next,
            };
            if slots.numbers.insert(number) {
                return number;
            }
        }
    }
}
