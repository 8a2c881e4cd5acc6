//! Fields: their types, cardinality and behavior.

use std::collections::HashMap;

use super::{
    at::At,
    defaults::default_value,
    features::{Features, Presence},
    rules::constraints,
};
use crate::{
    diagnostics::Position,
    docs::Docs,
    lower::{
        lowering::Lowering,
        names::{WELL_KNOWN, is_in_oneof, is_map_entry, reflective},
    },
    model::{Behavior, Cardinality, Constraints, Encoding, Field, Scalar, Value, WellKnown},
    names::Ident,
    read::{
        File,
        descriptor::{FieldDescriptor, FieldOptions, Label, MessageDescriptor, Type},
    },
};

/// Numbers of `google.api.FieldBehavior`.
const OPTIONAL: i32 = 1;
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;
const INPUT_ONLY: i32 = 4;

impl Lowering<'_> {
    /// Lowers a field of the message at `at`, with the name `ident` in plain type and prost message.
    pub(super) fn field(
        &mut self,
        entries: &MapEntries<'_>,
        field: &FieldDescriptor,
        ident: Ident,
        at: &At<'_>,
    ) -> Field {
        let options = field.options.clone().unwrap_or_default();
        let features = at.features.with(options.features.as_ref());
        let position = at.source.position(&at.path);
        let entry = map_entry(at.outer, entries, field);
        let (cardinality, value) = match entry {
            Some((key, value)) => (Cardinality::Map(scalar(key.r#type()).unwrap_or(Scalar::String)), value_of(value)),
            None => (cardinality(field, features), value_of(field)),
        };
        self.check_reachable(at.file, &value, &position);
        let value = self.apply_overrides(at.outer, value);
        let behavior = behavior(&options);
        Field {
            name: field.name.clone(),
            json_name: json_name(field),
            number: field.number,
            wire_ident: ident.clone(),
            ident,
            docs: Docs::new(&at.source.comment(&at.path), || format!("The field `{}`.", field.name)),
            deprecated: options.deprecated,
            is_hidden: self.is_hidden(options.visibility.as_ref()),
            redacted: options.debug_redact,
            // Only the service sets output-only fields.
            required: behavior.required && !behavior.output_only,
            behavior,
            constraints: if self.options.checks_rules { constraints(&options.rules) } else { Constraints::default() },
            is_named: false,
            cardinality,
            default: default_value(field, &value),
            value,
            is_hash_map: entry.is_some() && self.options.overrides.hash_maps.of(at.outer),
            boxed: false,
            is_packed: options.packed.unwrap_or(features.is_packed),
            is_group: entry.is_none()
                && (field.r#type() == Type::Group || (field.r#type() == Type::Message && features.is_delimited)),
            encoding: encoding(entry.map_or(field, |(_, value)| value).r#type()),
            key_encoding: entry.map(|(key, _)| encoding(key.r#type())),
            position,
        }
    }

    /// Reports a type of a package that is neither generated nor mapped.
    pub(super) fn check_reachable(&mut self, file: &File, value: &Value, position: &Position) {
        let (Value::Message(name) | Value::Enum(name)) = value else { return };
        if !self.packages.is_generated(&file.descriptor.name) {
            return;
        }
        let owner = self.packages.owners.of(name).map(|index| &self.input.files[index].descriptor);
        let (package, of) = owner.map_or(("", ""), |file| (file.package.as_str(), file.name.as_str()));
        if package == WELL_KNOWN {
            let message = format!("unknown type `{name}`");
            self.diagnostics.error("E0301", position, message).help("update the generator and the runtime");
        } else if !self.packages.is_reachable(package) {
            let message = format!("type `{name}` of a package that is not generated");
            let help = format!(
                "generate {of} in the same run (with buf, `strategy: all` and include_imports: true), or set opt: \
                 extern_path=.{package}=::path::to::its::module"
            );
            self.diagnostics.error("E0301", position, message).help(help);
        } else if self.packages.is_left_out(of, package) {
            let message = format!("type `{name}` of this package is not generated, because its file `{of}` is not");
            let help =
                "generate all files of a package in one run: set `strategy: all` in buf.gen.yaml, or name all of them";
            self.diagnostics.error("E0302", position, message).help(help);
        }
    }
}

/// The map entries of a message, by their names.
pub(super) type MapEntries<'a> = HashMap<&'a str, &'a MessageDescriptor>;

/// Collects the map entries of a message.
pub(super) fn map_entries(container: &MessageDescriptor) -> MapEntries<'_> {
    let entries = container.nested_type.iter().filter(|nested| is_map_entry(nested));
    entries.map(|entry| (entry.name.as_str(), entry)).collect()
}

/// The key and the value of a map.
pub(super) fn map_entry<'a>(
    message: &str,
    entries: &MapEntries<'a>,
    field: &FieldDescriptor,
) -> Option<(&'a FieldDescriptor, &'a FieldDescriptor)> {
    let of_message = field.type_name.strip_prefix('.').and_then(|name| name.strip_prefix(message));
    let entry = *entries.get(of_message.and_then(|rest| rest.strip_prefix('.'))?)?;
    let number = |number: i32| entry.field.iter().find(move |field| field.number == number);
    Some((number(1)?, number(2)?))
}

fn cardinality(field: &FieldDescriptor, features: Features) -> Cardinality {
    let is_message = matches!(field.r#type(), Type::Message | Type::Group);
    match (field.label(), features.presence) {
        (Label::Repeated, _) => Cardinality::Repeated,
        // A field of a oneof is present if its variant is.
        (Label::Optional, _) if is_in_oneof(field) => Cardinality::Required,
        (Label::Required, _) | (_, Presence::Required) => Cardinality::Required,
        (_, Presence::Explicit) => Cardinality::Optional,
        (_, Presence::Implicit) if is_message || field.proto3_optional => Cardinality::Optional,
        (_, Presence::Implicit) => Cardinality::Implicit,
    }
}

fn value_of(field: &FieldDescriptor) -> Value {
    let name = field.type_name.trim_start_matches('.');
    match field.r#type() {
        Type::Enum if name == "google.protobuf.NullValue" => Value::WellKnown(WellKnown::NullValue),
        Type::Enum => {
            let known = in_well_known(name).and_then(reflective::enumeration);
            known.map_or_else(|| Value::Enum(name.to_owned()), |known| Value::WellKnown(WellKnown::Enum(known)))
        }
        Type::Message | Type::Group => message_value(name),
        other => Value::Scalar(scalar(other).unwrap_or(Scalar::String)),
    }
}

/// A message by its full name.
pub(super) fn message_value(name: &str) -> Value {
    let known = in_well_known(name).and_then(well_known);
    known.map_or_else(|| Value::Message(name.to_owned()), Value::WellKnown)
}

/// The name of a type of `google.protobuf` without the package.
fn in_well_known(name: &str) -> Option<&str> {
    name.strip_prefix(WELL_KNOWN)?.strip_prefix('.')
}

fn well_known(name: &str) -> Option<WellKnown> {
    WellKnown::message(name).or_else(|| reflective::message(name).map(WellKnown::Other))
}

fn scalar(field_type: Type) -> Option<Scalar> {
    Some(match field_type {
        Type::Double => Scalar::Double,
        Type::Float => Scalar::Float,
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => Scalar::Int32,
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => Scalar::Int64,
        Type::Uint32 | Type::Fixed32 => Scalar::Uint32,
        Type::Uint64 | Type::Fixed64 => Scalar::Uint64,
        Type::Bool => Scalar::Bool,
        Type::String => Scalar::String,
        Type::Bytes => Scalar::Bytes,
        Type::Group | Type::Message | Type::Enum => return None,
    })
}

fn encoding(field_type: Type) -> Encoding {
    match field_type {
        Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Bool | Type::Enum => Encoding::Varint,
        Type::Sint32 | Type::Sint64 => Encoding::ZigZag,
        Type::Float | Type::Fixed32 | Type::Sfixed32 => Encoding::Fixed32,
        Type::Double | Type::Fixed64 | Type::Sfixed64 => Encoding::Fixed64,
        Type::String | Type::Bytes | Type::Message => Encoding::Delimited,
        Type::Group => Encoding::Group,
    }
}

fn behavior(options: &FieldOptions) -> Behavior {
    let has = |number: i32| options.field_behavior.contains(&number);
    Behavior {
        optional: has(OPTIONAL),
        required: has(REQUIRED),
        output_only: has(OUTPUT_ONLY),
        input_only: has(INPUT_ONLY),
    }
}

/// The JSON name that the compiler set, or else lower camel case.
fn json_name(field: &FieldDescriptor) -> String {
    if let Some(name) = &field.json_name {
        return name.clone();
    }
    let mut capital = false;
    let mut name = String::new();
    for character in field.name.chars() {
        match character {
            '_' => capital = true,
            other if std::mem::take(&mut capital) => name.push(other.to_ascii_uppercase()),
            other => name.push(other),
        }
    }
    name
}
