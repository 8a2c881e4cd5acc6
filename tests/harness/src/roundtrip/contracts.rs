//! Options of the `.proto` files of a tree that decide how its messages are drawn.

use std::collections::BTreeSet;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    OneofDescriptor, Syntax, Value, prost::Message as _,
};

use crate::roundtrip::{editions::UnsupportedFeatures, endless::without_endless};

/// `REQUIRED` of `google.api.FieldBehavior`.
const REQUIRED: i32 = 2;
/// `OUTPUT_ONLY` of `google.api.FieldBehavior`, which cancels `REQUIRED`.
const OUTPUT_ONLY: i32 = 3;

/// The messages of a tree and their required fields.
#[derive(Debug)]
pub(crate) struct Contracts {
    pub(crate) pool: DescriptorPool,
    unsaid: UnsupportedFeatures,
    /// The fields that are required, by full name.
    required: BTreeSet<String>,
}

impl Contracts {
    /// Reads a `FileDescriptorSet`.
    pub(crate) fn new(descriptors: &[u8]) -> Self {
        let known = DescriptorPool::global();
        let set = known.get_message_by_name("google.protobuf.FileDescriptorSet").expect("it is well known");
        let mut set = DynamicMessage::decode(set, descriptors).expect("a set of descriptors");
        let mut unsaid = UnsupportedFeatures::default();
        let files = set.get_field_by_name_mut("file").and_then(Value::as_list_mut).expect("a list");
        files.iter_mut().filter_map(Value::as_message_mut).for_each(|file| unsaid.file(file));
        let pool = DescriptorPool::decode(&*set.encode_to_vec()).expect("what a compiler wrote");
        let required = without_endless(&pool, &required(&pool));
        Self { pool, unsaid, required }
    }

    /// Whether a field can be set to its default.
    pub(crate) fn has_presence(&self, field: &FieldDescriptor) -> bool {
        field.supports_presence() && !self.unsaid.implicit.contains(field.full_name())
    }

    /// Whether unknown numbers of an enum are kept.
    pub(crate) fn is_open(&self, item: &EnumDescriptor) -> bool {
        item.parent_file().syntax() == Syntax::Proto3 || self.unsaid.open.contains(item.full_name())
    }

    /// Whether a message without this field is rejected.
    pub(crate) fn is_required(&self, field: &FieldDescriptor) -> bool {
        let is_number = !matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Message(_) | Kind::Enum(_));
        let is_alone = field.cardinality() == Cardinality::Optional && !self.has_presence(field);
        let can_tell = match field.kind() {
            Kind::Enum(item) if is_alone => self.has_unspecified_zero(&item),
            _ => !(is_number && is_alone),
        };
        self.required.contains(field.full_name()) && can_tell && !is_always_there(field)
    }

    /// Whether a message without this oneof is rejected, because all of its members are required.
    pub(crate) fn is_required_oneof(&self, oneof: &OneofDescriptor) -> bool {
        oneof.fields().all(|field| self.required.contains(field.full_name()))
    }

    /// Whether a message is an update request (AIP-134), so that only the fields in its mask are required.
    pub(crate) fn is_masked(&self, message: &MessageDescriptor) -> bool {
        let mask = message.get_field_by_name("update_mask").map(|field| field.kind());
        matches!(mask, Some(Kind::Message(mask)) if mask.full_name() == "google.protobuf.FieldMask")
    }

    /// Whether the zero of an enum means unspecified: `..._UNSPECIFIED`.
    pub(crate) fn has_unspecified_zero(&self, item: &EnumDescriptor) -> bool {
        // The first of several aliases in the order of the declaration counts.
        let zero = item.enum_descriptor_proto().value.iter().find(|value| value.number() == 0);
        self.is_open(item) && zero.is_some_and(|value| is_unspecified(item.name(), value.name()))
    }

    /// The message with this full name.
    pub(crate) fn message(&self, name: &str) -> MessageDescriptor {
        self.pool.get_message_by_name(name).unwrap_or_else(|| panic!("the descriptors tell nothing of {name}"))
    }
}

fn required(pool: &DescriptorPool) -> BTreeSet<String> {
    let Some(behavior) = pool.get_extension_by_name("google.api.field_behavior") else { return BTreeSet::new() };
    let is_required = |field: &FieldDescriptor| {
        let options = field.options();
        let values = options.get_extension(&behavior);
        let is_said = |number| values.as_list().is_some_and(|values| values.contains(&Value::EnumNumber(number)));
        is_said(REQUIRED) && !is_said(OUTPUT_ONLY)
    };
    let fields = pool.all_messages().flat_map(|message| message.fields().collect::<Vec<_>>());
    fields.filter(is_required).map(|field| field.full_name().to_owned()).collect()
}

/// The name of the enum in capitals, and `UNSPECIFIED`.
fn is_unspecified(item: &str, value: &str) -> bool {
    let letters = |text: &str| text.replace('_', "").to_uppercase();
    let value = letters(value);
    value == "UNSPECIFIED" || value.strip_prefix(&letters(item)).is_some_and(|rest| rest == "UNSPECIFIED")
}

/// Whether a field is a member of a oneof, or `required` as in proto2.
fn is_always_there(field: &FieldDescriptor) -> bool {
    field.cardinality() == Cardinality::Required || oneof(field).is_some()
}

/// The oneof of a field, except the synthetic one of `optional`.
pub(crate) fn oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field.containing_oneof().filter(|oneof| !oneof.is_synthetic())
}
