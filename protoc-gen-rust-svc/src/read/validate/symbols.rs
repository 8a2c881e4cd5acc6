//! Names and numbers that only one thing may have.

use std::collections::{HashMap, HashSet};

use super::{
    element::{self, message as within},
    validator::{Validator, printable, shorten},
};
use crate::read::{
    Input,
    descriptor::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, ServiceDescriptor},
};

/// The names that are taken in a package, a message or a service.
type Names<'a> = HashSet<&'a str>;

impl<'a> Validator<'a> {
    /// Two types of one name were told when they were declared.
    pub(super) fn symbols(&mut self, input: &'a Input) {
        let mut packages: HashMap<&str, Names<'_>> = HashMap::new();
        for file in &input.files {
            let names = packages.entry(&file.descriptor.package).or_default();
            types(&file.descriptor.message_type, &file.descriptor.enum_type, names);
        }
        for file in &input.files {
            self.at(file);
            self.file_symbols(&file.descriptor, packages.entry(&file.descriptor.package).or_default());
        }
    }

    fn file_symbols<'b>(&mut self, file: &'b FileDescriptor, names: &mut Names<'b>) {
        self.values(element::ENUM, &file.enum_type, names);
        self.each(element::EXTENSION, &file.extension, |check, field| check.takes(&field.name, names));
        self.each(element::SERVICE, &file.service, |check, service| check.takes(&service.name, names));
        self.each(element::SERVICE, &file.service, Self::methods);
        self.each(element::MESSAGE, &file.message_type, Self::members);
    }

    fn members(&mut self, message: &MessageDescriptor) {
        let mut names = Names::new();
        types(&message.nested_type, &message.enum_type, &mut names);
        self.values(within::ENUM, &message.enum_type, &mut names);
        self.each(within::FIELD, &message.field, |check, field| check.takes(&field.name, &mut names));
        self.each(within::EXTENSION, &message.extension, |check, field| check.takes(&field.name, &mut names));
        self.each(within::ONEOF, &message.oneof_decl, |check, oneof| check.takes(&oneof.name, &mut names));
        self.numbers(&message.field);
        self.each(within::MESSAGE, &message.nested_type, Self::members);
    }

    /// Values stand beside their enum, as in C++.
    fn values<'b>(&mut self, number: i32, enums: &'b [EnumDescriptor], names: &mut Names<'b>) {
        self.each(number, enums, |check, item| {
            check.each(element::VALUE, &item.value, |check, value| check.takes(&value.name, names));
        });
    }

    fn methods(&mut self, service: &ServiceDescriptor) {
        let mut names = Names::new();
        self.each(element::METHOD, &service.method, |check, method| check.takes(&method.name, &mut names));
    }

    fn numbers(&mut self, fields: &[FieldDescriptor]) {
        let mut numbers = HashSet::new();
        self.each(within::FIELD, fields, |check, field| {
            if !numbers.insert(field.number) {
                check.broken(format!("field {} has the number {} of another", printable(&field.name), field.number));
            }
        });
    }

    fn takes<'b>(&mut self, name: &'b str, names: &mut Names<'b>) {
        if !names.insert(name) {
            self.broken(format!("two things in one place are called {:?}", shorten(name)));
        }
    }
}

fn types<'a>(messages: &'a [MessageDescriptor], enums: &'a [EnumDescriptor], names: &mut Names<'a>) {
    names.extend(messages.iter().map(|message| message.name.as_str()));
    names.extend(enums.iter().map(|item| item.name.as_str()));
}
