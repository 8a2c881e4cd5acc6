//! The walk over the elements of a file.

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileOptions,
    ServiceDescriptorProto,
};

use super::paths::{
    FILE_ENUM, FILE_EXTENSION, FILE_MESSAGE, FILE_SERVICE, MESSAGE_ENUM, MESSAGE_EXTENSION, MESSAGE_NESTED, index,
};

/// An element of a file. Its visitor also visits what it holds other than elements.
pub(in super::super) enum ElementMut<'a> {
    /// The options of the file itself.
    File(Option<&'a mut FileOptions>),
    Message(&'a mut DescriptorProto),
    Enum(&'a mut EnumDescriptorProto),
    Extension(&'a mut FieldDescriptorProto),
    Service(&'a mut ServiceDescriptorProto),
}

/// Visits each element with its path, outer messages before inner ones.
pub(in super::super) fn walk(file: &mut FileDescriptorProto, visit: &mut dyn FnMut(&[i32], ElementMut<'_>)) {
    let mut walk = ElementWalk { path: Vec::new(), visit };
    (walk.visit)(&walk.path, ElementMut::File(file.options.as_mut()));
    walk.each(FILE_MESSAGE, &mut file.message_type, ElementWalk::message);
    walk.each(FILE_ENUM, &mut file.enum_type, |walk, item| (walk.visit)(&walk.path, ElementMut::Enum(item)));
    walk.each(FILE_EXTENSION, &mut file.extension, |walk, item| (walk.visit)(&walk.path, ElementMut::Extension(item)));
    walk.each(FILE_SERVICE, &mut file.service, |walk, item| (walk.visit)(&walk.path, ElementMut::Service(item)));
}

struct ElementWalk<'a> {
    path: Vec<i32>,
    visit: &'a mut dyn FnMut(&[i32], ElementMut<'_>),
}

impl ElementWalk<'_> {
    fn each<T>(&mut self, number: i32, items: &mut [T], visit: impl Fn(&mut Self, &mut T)) {
        for (position, item) in items.iter_mut().enumerate() {
            self.path.extend([number, index(position)]);
            visit(self, item);
            self.path.truncate(self.path.len() - 2);
        }
    }

    fn message(&mut self, message: &mut DescriptorProto) {
        (self.visit)(&self.path, ElementMut::Message(message));
        self.each(MESSAGE_NESTED, &mut message.nested_type, Self::message);
        self.each(MESSAGE_ENUM, &mut message.enum_type, |walk, item| (walk.visit)(&walk.path, ElementMut::Enum(item)));
        self.each(MESSAGE_EXTENSION, &mut message.extension, |walk, item| {
            (walk.visit)(&walk.path, ElementMut::Extension(item));
        });
    }
}
