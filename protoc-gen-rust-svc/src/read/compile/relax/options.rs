//! The options of all elements of a file.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto,
    ServiceDescriptorProto, UninterpretedOption,
};

use crate::read::compile::paths::{
    ENUM_OPTIONS, ENUM_VALUE, FIELD_OPTIONS, FILE_ENUM, FILE_EXTENSION, FILE_MESSAGE, FILE_OPTIONS, FILE_SERVICE,
    MESSAGE_ENUM, MESSAGE_EXTENSION, MESSAGE_EXTENSION_RANGE, MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ONEOF,
    MESSAGE_OPTIONS, METHOD_OPTIONS, ONEOF_OPTIONS, RANGE_OPTIONS, SERVICE_METHOD, SERVICE_OPTIONS, VALUE_OPTIONS,
    index,
};

type Visit<'a> = dyn FnMut(&[i32], &mut Vec<UninterpretedOption>) + 'a;

/// Visits the options of each element, with their path.
pub(in super::super) fn each_option(file: &mut FileDescriptorProto, visit: &mut Visit<'_>) {
    let mut walk = OptionWalk { path: Vec::new(), visit };
    walk.options(FILE_OPTIONS, file.options.as_mut().map(|options| &mut options.uninterpreted_option));
    walk.each(FILE_MESSAGE, &mut file.message_type, OptionWalk::message);
    walk.each(FILE_ENUM, &mut file.enum_type, OptionWalk::enumeration);
    walk.each(FILE_SERVICE, &mut file.service, OptionWalk::service);
    walk.each(FILE_EXTENSION, &mut file.extension, OptionWalk::field);
}

struct OptionWalk<'a, 'b> {
    path: Vec<i32>,
    visit: &'a mut Visit<'b>,
}

impl OptionWalk<'_, '_> {
    fn each<T>(&mut self, number: i32, items: &mut [T], visit: impl Fn(&mut Self, &mut T)) {
        for (position, item) in items.iter_mut().enumerate() {
            self.path.extend([number, index(position)]);
            visit(self, item);
            self.path.truncate(self.path.len() - 2);
        }
    }

    fn options(&mut self, number: i32, options: Option<&mut Vec<UninterpretedOption>>) {
        if let Some(options) = options {
            self.path.push(number);
            (self.visit)(&self.path, options);
            self.path.pop();
        }
    }

    fn message(&mut self, message: &mut DescriptorProto) {
        self.options(MESSAGE_OPTIONS, message.options.as_mut().map(|options| &mut options.uninterpreted_option));
        self.each(MESSAGE_FIELD, &mut message.field, Self::field);
        self.each(MESSAGE_NESTED, &mut message.nested_type, Self::message);
        self.each(MESSAGE_ENUM, &mut message.enum_type, Self::enumeration);
        self.each(MESSAGE_EXTENSION, &mut message.extension, Self::field);
        self.each(MESSAGE_ONEOF, &mut message.oneof_decl, |walk, oneof| {
            walk.options(ONEOF_OPTIONS, oneof.options.as_mut().map(|options| &mut options.uninterpreted_option));
        });
        self.each(MESSAGE_EXTENSION_RANGE, &mut message.extension_range, |walk, range| {
            walk.options(RANGE_OPTIONS, range.options.as_mut().map(|options| &mut options.uninterpreted_option));
        });
    }

    fn field(&mut self, field: &mut FieldDescriptorProto) {
        self.options(FIELD_OPTIONS, field.options.as_mut().map(|options| &mut options.uninterpreted_option));
    }

    fn enumeration(&mut self, item: &mut EnumDescriptorProto) {
        self.options(ENUM_OPTIONS, item.options.as_mut().map(|options| &mut options.uninterpreted_option));
        self.each(ENUM_VALUE, &mut item.value, |walk, value| {
            walk.options(VALUE_OPTIONS, value.options.as_mut().map(|options| &mut options.uninterpreted_option));
        });
    }

    fn service(&mut self, service: &mut ServiceDescriptorProto) {
        self.options(SERVICE_OPTIONS, service.options.as_mut().map(|options| &mut options.uninterpreted_option));
        self.each(SERVICE_METHOD, &mut service.method, Self::method);
    }

    fn method(&mut self, method: &mut MethodDescriptorProto) {
        self.options(METHOD_OPTIONS, method.options.as_mut().map(|options| &mut options.uninterpreted_option));
    }
}
