//! Descriptors for prost-build, with the names of the model.
//!
//! The messages of package `a.b` move to package `a.b.pb`, a module that no package below `a.b` can collide with. Other names
//! change only if prost-build would make two of them equal.

use std::collections::{HashMap, HashSet};

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

use super::{
    names::{WireField, WireNames, leaf, new_oneof_name, wire_fields},
    placeholders::{PLACEHOLDERS, placeholder_name},
};
use crate::{
    lower::names::{WELL_KNOWN, full_name},
    model::{Cardinality, Enum, Field, Scalar, Value, WellKnown},
    read,
};

impl WireNames<'_> {
    pub(super) fn file(&self, mut file: FileDescriptorProto) -> FileDescriptorProto {
        let package = file.package().to_owned();
        // prost-build does not support editions, so their features are expressed in proto3 below.
        let is_edition = file.syntax.as_deref() == Some("editions");
        if is_edition {
            file.syntax = Some("proto3".to_owned());
        }
        // prost-build rejects an empty syntax, which means proto2.
        if file.syntax() == "" {
            file.syntax = None;
        }
        if package == WELL_KNOWN {
            add_shared(&mut file);
            return file;
        }
        // Templates print the services.
        file.service.clear();
        file.extension.clear();
        file.package = Some(leaf(&package, self.packages));
        for message in &mut file.message_type {
            self.message(&package, message, is_edition);
        }
        file.enum_type.iter_mut().for_each(|item| self.enumeration(&package, item));
        file
    }

    fn message(&self, outer: &str, message: &mut DescriptorProto, is_edition: bool) {
        let name = full_name(outer, message.name());
        let is_entry = message.options.as_ref().is_some_and(|options| options.map_entry());
        message.extension.clear();
        self.use_shared_bytes_in_maps(&name, message);
        let fields = self.model.message(&name).map(wire_fields).unwrap_or_default();
        for field in &mut message.field {
            self.field(&name, field, fields.get(&field.number()), is_edition && !is_entry);
        }
        let known = self.model.message(&name);
        let oneofs: HashMap<_, _> =
            known.iter().flat_map(|known| known.oneofs()).map(|own| (own.name.as_str(), own)).collect();
        for oneof in &mut message.oneof_decl {
            if let Some(name) = oneofs.get(oneof.name()).copied().and_then(new_oneof_name) {
                oneof.name = Some(name.to_owned());
            }
        }
        for nested in &mut message.nested_type {
            self.message(&name, nested, is_edition);
        }
        message.enum_type.iter_mut().for_each(|item| self.enumeration(&name, item));
        if !is_entry {
            message.name = Some(self.proto_name(&name));
        }
    }

    fn field(&self, message: &str, field: &mut FieldDescriptorProto, known: Option<&WireField<'_>>, is_edition: bool) {
        let enumeration = field.type_name.clone().unwrap_or_default();
        if let Some(renamed) = field.type_name.as_ref().and_then(|name| self.renamed.get(name)) {
            field.type_name = Some(renamed.clone());
        } else if let Some(entry) = field.type_name.as_ref().and_then(|name| self.entry(message, name)) {
            field.type_name = Some(entry);
        }
        if let Some(default) = &field.default_value
            && let Some(item) = self.model.enumeration(enumeration.trim_start_matches('.'))
        {
            field.default_value = default_name(item, default);
        }
        if let Some(text) = default_of_float(field).or_else(|| default_of_bytes(field)) {
            field.default_value = Some(text);
        }
        if let Some(WireField { field: lowered, new_name }) = known {
            if let Some(name) = new_name {
                field.name = Some(name.clone());
            }
            if let Some(placeholder) = self.placeholder(lowered) {
                field.type_name = Some(placeholder);
            }
            if is_shared(lowered) && !matches!(lowered.cardinality, Cardinality::Map(_)) {
                field.type_name = Some(shared_bytes());
            }
            // If there are other options, prost-build treats an unset `packed` as false.
            field.options.get_or_insert_default().packed = Some(lowered.is_packed);
            if is_edition {
                express_in_proto3(field, lowered);
            }
        }
    }

    /// The placeholder for the message that a field has one value of.
    fn placeholder(&self, field: &Field) -> Option<String> {
        let message = self.model.message(field.single_message()?)?;
        let is_copy = message.is_wire_copy && !field.boxed;
        let is_eq = message.is_wire_eq && !field.boxed;
        Some(format!(".{PLACEHOLDERS}.{}", placeholder_name(is_copy, is_eq)))
    }

    /// Replaces the value types of map entries.
    fn use_shared_bytes_in_maps(&self, name: &str, message: &mut DescriptorProto) {
        let Some(known) = self.model.message(name) else { return };
        let shared =
            known.fields().filter(|field| is_shared(field) && matches!(field.cardinality, Cardinality::Map(_)));
        let numbers: HashSet<_> = shared.map(|field| field.number).collect();
        let fields = message.field.iter().filter(|field| numbers.contains(&field.number()));
        let entries: HashSet<_> = fields.map(|field| field.type_name().to_owned()).collect();
        for entry in &mut message.nested_type {
            if entries.contains(&format!(".{name}.{}", entry.name())) {
                entry
                    .field
                    .iter_mut()
                    .filter(|field| field.number() == 2)
                    .for_each(|value| value.type_name = Some(shared_bytes()));
            }
        }
    }

    /// Moves a map entry with its message.
    fn entry(&self, message: &str, name: &str) -> Option<String> {
        let own = name.strip_prefix(&format!(".{message}."))?;
        let outer = self.renamed.get(&format!(".{message}"))?;
        Some(format!("{outer}.{own}"))
    }

    fn enumeration(&self, outer: &str, item: &mut EnumDescriptorProto) {
        let Some(known) = self.model.enumeration(&full_name(outer, item.name())) else { return };
        item.name = Some(self.proto_name(&known.name));
        for (value, of_known) in item.value.iter_mut().zip(&known.values) {
            value.name = Some(of_known.wire_name.clone());
        }
    }
}

/// Normalizes the default of a float.
fn default_of_float(field: &FieldDescriptorProto) -> Option<String> {
    let kind = read::descriptor::Type::try_from(field.r#type?).ok()?;
    read::float_text(kind, field.default_value.as_deref()?)
}

/// Rewrites the default of bytes with escapes that prost-build supports.
fn default_of_bytes(field: &FieldDescriptorProto) -> Option<String> {
    let text = field.default_value.as_deref().filter(|_| field.r#type() == Type::Bytes)?;
    read::unescape(text).map(|bytes| read::escape(&bytes))
}

/// `google.protobuf.BytesValue` under another name, so that its type can differ.
fn shared_bytes() -> String {
    format!(".{WELL_KNOWN}.{}", WellKnown::SHARED_BYTES)
}

fn is_shared(field: &Field) -> bool {
    field.value == Value::WellKnown(WellKnown::Wrapper(Scalar::SharedBytes))
}

fn add_shared(file: &mut FileDescriptorProto) {
    let own = file.message_type.iter().find(|message| message.name() == "BytesValue").cloned();
    file.message_type.extend(own.map(|own| DescriptorProto { name: Some(WellKnown::SHARED_BYTES.to_owned()), ..own }));
}

/// The name of a default. prost-build has no aliases, so theirs are replaced with their value.
fn default_name(item: &Enum, default: &str) -> Option<String> {
    let number = item.values.iter().find(|value| value.name == default)?.number;
    item.values.iter().find(|value| value.number == number).map(|value| value.wire_name.clone())
}

/// Expresses the features of an edition in proto3: encoding and presence.
fn express_in_proto3(field: &mut FieldDescriptorProto, lowered: &Field) {
    if lowered.is_group {
        field.set_type(Type::Group);
    }
    if field.oneof_index.is_some() {
        return;
    }
    let is_message = field.r#type() == Type::Message;
    match lowered.cardinality {
        Cardinality::Required => field.set_label(Label::Required),
        // Groups need it too: prost-build treats only messages as optional by themselves.
        Cardinality::Optional if !is_message => field.proto3_optional = Some(true),
        _ => (),
    }
}
