//! Duplicate names and numbers.

use std::collections::{HashMap, HashSet};

use super::{
    element::{self, message as within},
    validator::{Validator, printable},
};
use crate::read::{
    Input,
    descriptor::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, ServiceDescriptor},
};

/// The names that a package, message or service declares.
type TakenNames<'a> = HashSet<&'a str>;

impl<'a> Validator<'a> {
    /// Reports duplicate names, except of types, which their declaration reports.
    pub(super) fn symbols(&mut self, input: &'a Input) {
        let mut packages: HashMap<&str, TakenNames<'_>> = HashMap::new();
        for file in &input.files {
            let names = packages.entry(&file.descriptor.package).or_default();
            types(&file.descriptor.message_type, &file.descriptor.enum_type, names);
        }
        for file in &input.files {
            self.at(file);
            self.file_symbols(&file.descriptor, packages.entry(&file.descriptor.package).or_default());
        }
    }

    fn file_symbols<'b>(&mut self, file: &'b FileDescriptor, names: &mut TakenNames<'b>) {
        self.values(element::ENUM, &file.enum_type, names);
        self.each(element::EXTENSION, &file.extension, |check, field| check.takes(&field.name, names));
        self.each(element::SERVICE, &file.service, |check, service| check.takes(&service.name, names));
        self.each(element::SERVICE, &file.service, Self::methods);
        self.each(element::MESSAGE, &file.message_type, Self::members);
    }

    fn members(&mut self, message: &MessageDescriptor) {
        let mut names = TakenNames::new();
        types(&message.nested_type, &message.enum_type, &mut names);
        self.values(within::ENUM, &message.enum_type, &mut names);
        self.each(within::FIELD, &message.field, |check, field| check.takes(&field.name, &mut names));
        self.each(within::EXTENSION, &message.extension, |check, field| check.takes(&field.name, &mut names));
        self.each(within::ONEOF, &message.oneof_decl, |check, oneof| check.takes(&oneof.name, &mut names));
        self.numbers(&message.field);
        self.each(within::MESSAGE, &message.nested_type, Self::members);
    }

    /// Enum values are in the scope of their enum, as in C++.
    fn values<'b>(&mut self, number: i32, enums: &'b [EnumDescriptor], names: &mut TakenNames<'b>) {
        self.each(number, enums, |check, item| {
            check.each(element::VALUE, &item.value, |check, value| check.takes(&value.name, names));
        });
    }

    fn methods(&mut self, service: &ServiceDescriptor) {
        let mut names = TakenNames::new();
        self.each(element::METHOD, &service.method, |check, method| check.takes(&method.name, &mut names));
    }

    fn numbers(&mut self, fields: &[FieldDescriptor]) {
        let mut numbers = HashSet::new();
        self.each(within::FIELD, fields, |check, field| {
            if !numbers.insert(field.number) {
                check.error(format!("duplicate field number {1} of `{0}`", printable(&field.name), field.number));
            }
        });
    }

    fn takes<'b>(&mut self, name: &'b str, names: &mut TakenNames<'b>) {
        if !names.insert(name) {
            self.error(format!("duplicate name `{}`", printable(name)));
        }
    }
}

fn types<'a>(messages: &'a [MessageDescriptor], enums: &'a [EnumDescriptor], names: &mut TakenNames<'a>) {
    names.extend(messages.iter().map(|message| message.name.as_str()));
    names.extend(enums.iter().map(|item| item.name.as_str()));
}
