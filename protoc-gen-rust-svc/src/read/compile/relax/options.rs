//! The options of all elements of a file.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FileDescriptorProto, ServiceDescriptorProto, UninterpretedOption,
};

use crate::read::compile::elements::{
    ENUM_OPTIONS, ENUM_VALUE, ElementMut, FIELD_OPTIONS, FILE_OPTIONS, MESSAGE_EXTENSION_RANGE, MESSAGE_FIELD,
    MESSAGE_ONEOF, MESSAGE_OPTIONS, METHOD_OPTIONS, ONEOF_OPTIONS, RANGE_OPTIONS, SERVICE_METHOD, SERVICE_OPTIONS,
    VALUE_OPTIONS, index, walk,
};

type Visit<'a> = dyn FnMut(&[i32], &mut Vec<UninterpretedOption>) + 'a;

/// Visits the options of each element, with their path.
pub(in super::super) fn each_option(file: &mut FileDescriptorProto, visit: &mut Visit<'_>) {
    walk(file, &mut |path, element| {
        let mut options = ElementOptions { path, visit };
        match element {
            ElementMut::File(None) => {}
            ElementMut::File(Some(file)) => options.visit(&[FILE_OPTIONS], Some(&mut file.uninterpreted_option)),
            ElementMut::Message(message) => options.of_message(message),
            ElementMut::Enum(item) => options.of_enum(item),
            ElementMut::Service(service) => options.of_service(service),
            ElementMut::Extension(field) => {
                options
                    .visit(&[FIELD_OPTIONS], field.options.as_mut().map(|options| &mut options.uninterpreted_option));
            }
        }
    });
}

/// The options of an element, and of what it holds other than elements.
struct ElementOptions<'a, 'b> {
    path: &'a [i32],
    visit: &'a mut Visit<'b>,
}

impl ElementOptions<'_, '_> {
    fn visit(&mut self, below: &[i32], options: Option<&mut Vec<UninterpretedOption>>) {
        if let Some(options) = options {
            (self.visit)(&[self.path, below].concat(), options);
        }
    }

    fn of_message(&mut self, message: &mut DescriptorProto) {
        self.visit(&[MESSAGE_OPTIONS], message.options.as_mut().map(|options| &mut options.uninterpreted_option));
        for (number, field) in message.field.iter_mut().enumerate() {
            let options = field.options.as_mut().map(|options| &mut options.uninterpreted_option);
            self.visit(&[MESSAGE_FIELD, index(number), FIELD_OPTIONS], options);
        }
        for (number, oneof) in message.oneof_decl.iter_mut().enumerate() {
            let options = oneof.options.as_mut().map(|options| &mut options.uninterpreted_option);
            self.visit(&[MESSAGE_ONEOF, index(number), ONEOF_OPTIONS], options);
        }
        for (number, range) in message.extension_range.iter_mut().enumerate() {
            let options = range.options.as_mut().map(|options| &mut options.uninterpreted_option);
            self.visit(&[MESSAGE_EXTENSION_RANGE, index(number), RANGE_OPTIONS], options);
        }
    }

    fn of_enum(&mut self, item: &mut EnumDescriptorProto) {
        self.visit(&[ENUM_OPTIONS], item.options.as_mut().map(|options| &mut options.uninterpreted_option));
        for (number, value) in item.value.iter_mut().enumerate() {
            let options = value.options.as_mut().map(|options| &mut options.uninterpreted_option);
            self.visit(&[ENUM_VALUE, index(number), VALUE_OPTIONS], options);
        }
    }

    fn of_service(&mut self, service: &mut ServiceDescriptorProto) {
        self.visit(&[SERVICE_OPTIONS], service.options.as_mut().map(|options| &mut options.uninterpreted_option));
        for (number, method) in service.method.iter_mut().enumerate() {
            let options = method.options.as_mut().map(|options| &mut options.uninterpreted_option);
            self.visit(&[SERVICE_METHOD, index(number), METHOD_OPTIONS], options);
        }
    }
}
