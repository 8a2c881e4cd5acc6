//! Converts files of editions to proto2, for a reader that does not support editions.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, Value};

/// Features of editions that proto2 cannot express, by full name.
#[derive(Debug, Default)]
pub(crate) struct UnsupportedFeatures {
    /// Fields without presence.
    pub(crate) implicit: BTreeSet<String>,
    /// Enums that keep numbers without a name.
    pub(crate) open: BTreeSet<String>,
}

/// The relevant features, by their numbers in `google.protobuf.FeatureSet`.
#[derive(Clone, Copy)]
struct Features {
    field_presence: i32,
    enum_type: i32,
    repeated_field_encoding: i32,
    message_encoding: i32,
}

/// The defaults of the editions 2023 and 2024.
const DEFAULTS: Features =
    Features { field_presence: EXPLICIT, enum_type: OPEN, repeated_field_encoding: PACKED, message_encoding: 1 };
const EXPLICIT: i32 = 1;
const IMPLICIT: i32 = 2;
const LEGACY_REQUIRED: i32 = 3;
const OPEN: i32 = 1;
const PACKED: i32 = 1;
const DELIMITED: i32 = 2;

const LABEL_REQUIRED: i32 = 2;
const LABEL_REPEATED: i32 = 3;
const TYPE_GROUP: i32 = 10;
const TYPE_MESSAGE: i32 = 11;

impl Features {
    /// Overrides the features with those of an element.
    fn of(self, element: &DynamicMessage) -> Self {
        let Some(own) = message(element, "options").and_then(|options| message(&options, "features")) else {
            return self;
        };
        let said =
            |name: &str, inherited: i32| if own.has_field_by_name(name) { number(&own, name) } else { inherited };
        Self {
            field_presence: said("field_presence", self.field_presence),
            enum_type: said("enum_type", self.enum_type),
            repeated_field_encoding: said("repeated_field_encoding", self.repeated_field_encoding),
            message_encoding: said("message_encoding", self.message_encoding),
        }
    }
}

impl UnsupportedFeatures {
    /// Converts a `FileDescriptorProto` to proto2, if it is of an edition.
    pub(crate) fn file(&mut self, file: &mut DynamicMessage) {
        if text(file, "syntax") != "editions" {
            return;
        }
        let (features, package) = (DEFAULTS.of(file), text(file, "package"));
        file.set_field_by_name("syntax", Value::String("proto2".to_owned()));
        file.clear_field_by_name("edition");
        each(file, "message_type", |it| self.message(it, features, &package));
        each(file, "enum_type", |it| self.enumeration(it, features, &package));
    }

    fn message(&mut self, message: &mut DynamicMessage, outer: Features, place: &str) {
        let (features, name) = (outer.of(message), full_name(place, message));
        each(message, "nested_type", |it| self.message(it, features, &name));
        each(message, "enum_type", |it| self.enumeration(it, features, &name));
        let (is_entry, maps) = (is_map_entry(message), maps(message, &name));
        each(message, "field", |it| {
            // Maps have no features.
            let may_be_group = !is_entry && !maps.contains(&text(it, "type_name"));
            self.field(it, features, &name, may_be_group);
        });
    }

    fn enumeration(&mut self, item: &DynamicMessage, outer: Features, place: &str) {
        if outer.of(item).enum_type == OPEN {
            self.open.insert(full_name(place, item));
        }
    }

    fn field(&mut self, field: &mut DynamicMessage, outer: Features, message: &str, may_be_group: bool) {
        let features = outer.of(field);
        let is_message = number(field, "type") == TYPE_MESSAGE;
        if number(field, "label") == LABEL_REPEATED {
            set_packed(field, features.repeated_field_encoding == PACKED);
        } else if features.field_presence == LEGACY_REQUIRED {
            field.set_field_by_name("label", Value::EnumNumber(LABEL_REQUIRED));
        } else if features.field_presence == IMPLICIT && !is_message && !field.has_field_by_name("oneof_index") {
            self.implicit.insert(full_name(message, field));
        }
        if is_message && features.message_encoding == DELIMITED && may_be_group {
            field.set_field_by_name("type", Value::EnumNumber(TYPE_GROUP));
        }
    }
}

fn set_packed(field: &mut DynamicMessage, packed: bool) {
    let is_packable = !matches!(number(field, "type"), 9..=12);
    if let Some(Value::Message(options)) = field.get_field_by_name_mut("options").filter(|_| is_packable) {
        options.set_field_by_name("packed", Value::Bool(packed));
    }
}

fn is_map_entry(message: &DynamicMessage) -> bool {
    let options = self::message(message, "options");
    options.is_some_and(|options| options.get_field_by_name("map_entry").is_some_and(|it| it.as_bool() == Some(true)))
}

/// The full names of the map entries of a message, with a leading dot.
fn maps(message: &DynamicMessage, name: &str) -> Vec<String> {
    let nested = message.get_field_by_name("nested_type");
    let nested = nested.iter().filter_map(|nested| nested.as_list()).flatten().filter_map(Value::as_message);
    nested.filter(|it| is_map_entry(it)).map(|it| format!(".{}", full_name(name, it))).collect()
}

fn each(container: &mut DynamicMessage, name: &str, change: impl FnMut(&mut DynamicMessage)) {
    let items = container.get_field_by_name_mut(name).and_then(Value::as_list_mut);
    items.into_iter().flatten().filter_map(Value::as_message_mut).for_each(change);
}

fn full_name(place: &str, element: &DynamicMessage) -> String {
    let name = text(element, "name");
    if place.is_empty() { name } else { format!("{place}.{name}") }
}

fn text(message: &DynamicMessage, name: &str) -> String {
    message.get_field_by_name(name).and_then(|value| value.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

fn number(message: &DynamicMessage, name: &str) -> i32 {
    message.get_field_by_name(name).and_then(|value| value.as_enum_number()).unwrap_or_default()
}

fn message(message: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let value = message.get_field_by_name(name).filter(|_| message.has_field_by_name(name))?;
    value.as_message().cloned()
}
