//! The rules of each type of fields.

use crate::read::descriptor::{FieldDescriptor, Label, Type};

/// A member of `buf.validate.FieldRules.type`.
pub(super) struct Kind {
    /// The number of the member.
    pub(super) number: u32,
    /// Its name.
    pub(super) name: &'static str,
    /// The name of its message.
    pub(super) message: &'static str,
    /// The largest number of a rule that the runtime knows.
    pub(super) largest: u32,
    /// The type of its fields, and the message that may hold it.
    fields: (Type, &'static str),
}

/// The rules of lists and of maps.
pub(super) const REPEATED: u32 = 18;
pub(super) const MAP: u32 = 19;

#[rustfmt::skip]
const KINDS: [Kind; 21] = [
    kind(1, "float", "FloatRules", 9, (Type::Float, "FloatValue")),
    kind(2, "double", "DoubleRules", 9, (Type::Double, "DoubleValue")),
    kind(3, "int32", "Int32Rules", 8, (Type::Int32, "Int32Value")),
    kind(4, "int64", "Int64Rules", 9, (Type::Int64, "Int64Value")),
    kind(5, "uint32", "UInt32Rules", 8, (Type::Uint32, "UInt32Value")),
    kind(6, "uint64", "UInt64Rules", 8, (Type::Uint64, "UInt64Value")),
    kind(7, "sint32", "SInt32Rules", 8, (Type::Sint32, "")),
    kind(8, "sint64", "SInt64Rules", 8, (Type::Sint64, "")),
    kind(9, "fixed32", "Fixed32Rules", 8, (Type::Fixed32, "")),
    kind(10, "fixed64", "Fixed64Rules", 8, (Type::Fixed64, "")),
    kind(11, "sfixed32", "SFixed32Rules", 8, (Type::Sfixed32, "")),
    kind(12, "sfixed64", "SFixed64Rules", 8, (Type::Sfixed64, "")),
    kind(13, "bool", "BoolRules", 2, (Type::Bool, "BoolValue")),
    kind(14, "string", "StringRules", 38, (Type::String, "StringValue")),
    kind(15, "bytes", "BytesRules", 15, (Type::Bytes, "BytesValue")),
    kind(16, "enum", "EnumRules", 5, (Type::Enum, "")),
    kind(REPEATED, "repeated", "RepeatedRules", 4, (Type::Message, "")),
    kind(MAP, "map", "MapRules", 5, (Type::Message, "")),
    kind(20, "any", "AnyRules", 3, (Type::Message, "Any")),
    kind(21, "duration", "DurationRules", 9, (Type::Message, "Duration")),
    kind(22, "timestamp", "TimestampRules", 10, (Type::Message, "Timestamp")),
];

const FIELD_MASK: Kind = kind(28, "field_mask", "FieldMaskRules", 4, (Type::Message, "FieldMask"));

const fn kind(
    number: u32,
    name: &'static str,
    message: &'static str,
    largest: u32,
    fields: (Type, &'static str),
) -> Kind {
    Kind { number, name, message, largest, fields }
}

/// Returns the rules with a number.
pub(super) fn find(number: u32) -> Option<&'static Kind> {
    KINDS.iter().chain([&FIELD_MASK]).find(|kind| kind.number == number)
}

impl Kind {
    /// Whether these rules apply to the values of a field.
    pub(super) fn applies_to(&self, field: &FieldDescriptor) -> bool {
        let (own, holder) = self.fields;
        match field.r#type() {
            Type::Message => !holder.is_empty() && field.type_name == format!(".google.protobuf.{holder}"),
            other => other == own,
        }
    }
}

/// The type of a field, for people.
pub(super) fn type_text(field: &FieldDescriptor) -> String {
    match field.r#type() {
        Type::Message | Type::Group | Type::Enum => field.type_name.trim_start_matches('.').to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// Whether a field is a list or a map.
pub(super) fn is_repeated(field: &FieldDescriptor) -> bool {
    field.label() == Label::Repeated
}
