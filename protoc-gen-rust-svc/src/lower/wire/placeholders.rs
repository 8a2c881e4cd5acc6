//! Placeholders for messages in the fields of messages.
//!
//! prost-build searches the graph of messages for every field, which takes exponential time for some contracts. It sees a
//! placeholder in place of each message, so that there is no graph. The placeholder has the traits of the message, from
//! which prost-build derives those of the message with the field. `render` replaces placeholders with types.

use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    field_descriptor_proto::{Label, Type},
};

/// The package of the placeholders, which no `.proto` can have.
pub(crate) const PLACEHOLDERS: &str = "0";

/// Returns the name of the placeholder for a message with these traits.
pub(super) fn placeholder_name(is_copy: bool, is_eq: bool) -> &'static str {
    match (is_copy, is_eq) {
        (true, true) => "CopyAndEq",
        (true, false) => "Copy",
        (false, true) => "Eq",
        (false, false) => "Neither",
    }
}

/// Returns the file that declares the placeholders.
pub(crate) fn placeholders() -> FileDescriptorProto {
    let message = |is_copy, is_eq, fields: &[Type]| DescriptorProto {
        name: Some(placeholder_name(is_copy, is_eq).to_owned()),
        field: fields.iter().copied().map(field).collect(),
        ..DescriptorProto::default()
    };
    FileDescriptorProto {
        package: Some(PLACEHOLDERS.to_owned()),
        message_type: vec![
            message(true, true, &[]),
            message(true, false, &[Type::Double]),
            message(false, true, &[Type::String]),
            message(false, false, &[Type::String, Type::Double]),
        ],
        ..FileDescriptorProto::default()
    }
}

fn field(field_type: Type) -> FieldDescriptorProto {
    let mut field = FieldDescriptorProto { name: Some("value".to_owned()), ..FieldDescriptorProto::default() };
    field.set_type(field_type);
    field.set_label(Label::Optional);
    field
}
