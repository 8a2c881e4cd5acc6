//! Rules for fields and extensions.

use prost_types::{
    DescriptorProto, FieldDescriptorProto,
    field_descriptor_proto::{Label, Type},
    field_options::JsType,
};

use super::walk::{Checker, is_map_entry};
use crate::read::compile::relax::default_json_name;

impl Checker<'_> {
    pub(super) fn field(&mut self, message: &DescriptorProto, field: &FieldDescriptorProto) {
        self.json_name(field);
        self.options(field);
        if field.r#type() == Type::Enum && self.is_proto3 {
            self.open_enum(field);
        }
        if let Some(value) = map_value(message, field).filter(|value| value.r#type() == Type::Enum) {
            self.map_enum(value);
        }
    }

    pub(super) fn extension(&mut self, field: &FieldDescriptorProto) {
        let extendee = field.extendee().trim_start_matches('.');
        let is_option = extendee.starts_with("google.protobuf.") && extendee.ends_with("Options");
        if self.is_proto3 && !is_option {
            self.problem(
                format!("extension of `{extendee}` in proto3"),
                "proto3 extends only options, such as google.protobuf.FieldOptions",
            );
        }
        if field.json_name.as_ref().is_some_and(|name| *name != default_json_name(field.name())) {
            self.problem(
                "`json_name` on an extension".to_owned(),
                "remove it; JSON shows extensions by their full name",
            );
        }
        self.options(field);
    }

    fn json_name(&mut self, field: &FieldDescriptorProto) {
        let name = field.json_name();
        if name.starts_with('[') && name.ends_with(']') {
            self.problem(
                format!("invalid JSON name `{name}`"),
                "brackets are reserved for extensions; use another json_name",
            );
        }
    }

    fn options(&mut self, field: &FieldDescriptorProto) {
        let Some(options) = &field.options else { return };
        let (kind, name) = (field.r#type(), field.name());
        let is_number = !matches!(kind, Type::String | Type::Bytes | Type::Message | Type::Group);
        if options.packed() && !(is_number && field.label() == Label::Repeated) {
            self.problem(format!("`packed` on `{name}`"), "only repeated numbers, bools and enums can be packed");
        }
        let is_lazy = options.lazy();
        if is_lazy && !matches!(kind, Type::Message | Type::Group) {
            self.problem(format!("`lazy` on `{name}`"), "only messages can be lazy");
        }
        let is_long = matches!(kind, Type::Int64 | Type::Uint64 | Type::Sint64 | Type::Fixed64 | Type::Sfixed64);
        if options.jstype() != JsType::JsNormal && !is_long {
            self.problem(format!("`jstype` on `{name}`"), "only integers of 64 bits have a jstype");
        }
    }

    fn open_enum(&mut self, field: &FieldDescriptorProto) {
        if self.enums.get(field.type_name()).is_some_and(|item| item.is_closed) {
            let name = field.type_name().trim_start_matches('.');
            self.problem(format!("proto2 enum `{name}` in a proto3 message"), "declare the enum in a proto3 file");
        }
    }

    fn map_enum(&mut self, value: &FieldDescriptorProto) {
        if self.enums.get(value.type_name()).is_some_and(|item| !item.begins_with_zero) {
            let name = value.type_name().trim_start_matches('.');
            let message = format!("enum `{name}` without a first value of zero in a map");
            self.problem(message, "add a value 0 at its beginning, or use an integer");
        }
    }
}

/// The value of the map entry of a field.
fn map_value<'a>(message: &'a DescriptorProto, field: &FieldDescriptorProto) -> Option<&'a FieldDescriptorProto> {
    let last = field.type_name().rsplit('.').next()?;
    let entry = message.nested_type.iter().find(|nested| is_map_entry(nested) && nested.name() == last)?;
    entry.field.iter().find(|field| field.number() == 2)
}
