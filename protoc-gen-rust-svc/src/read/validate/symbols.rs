//! Names and numbers that only one thing may have.

use std::collections::{HashMap, HashSet};

use super::{Check, printable, shorten};
use crate::read::{
    Input,
    descriptor::{EnumDescriptor, FieldDescriptor, MessageDescriptor, ServiceDescriptor},
};

/// The names that are taken in a package, a message or a service.
type Names<'a> = HashSet<&'a str>;

impl Check<'_> {
    /// Two types of one name were told when they were declared.
    pub(super) fn symbols(&mut self, input: &Input) {
        let mut packages: HashMap<&str, Names<'_>> = HashMap::new();
        for file in &input.files {
            let names = packages.entry(&file.descriptor.package).or_default();
            types(&file.descriptor.message_type, &file.descriptor.enum_type, names);
        }
        for file in &input.files {
            self.at(file);
            let names = packages.entry(&file.descriptor.package).or_default();
            self.values(&file.descriptor.enum_type, names);
            file.descriptor.extension.iter().for_each(|field| self.takes(&field.name, names));
            file.descriptor.service.iter().for_each(|service| self.takes(&service.name, names));
            file.descriptor.service.iter().for_each(|service| self.methods(service));
            file.descriptor.message_type.iter().for_each(|message| self.members(message));
        }
    }

    fn members(&mut self, message: &MessageDescriptor) {
        let mut names = Names::new();
        types(&message.nested_type, &message.enum_type, &mut names);
        self.values(&message.enum_type, &mut names);
        let fields = message.field.iter().chain(&message.extension);
        fields.for_each(|field| self.takes(&field.name, &mut names));
        message.oneof_decl.iter().for_each(|oneof| self.takes(&oneof.name, &mut names));
        self.numbers(&message.field);
        message.nested_type.iter().for_each(|nested| self.members(nested));
    }

    /// Values stand beside their enum, as in C++.
    fn values<'a>(&mut self, enums: &'a [EnumDescriptor], names: &mut Names<'a>) {
        enums.iter().flat_map(|item| &item.value).for_each(|value| self.takes(&value.name, names));
    }

    fn methods(&mut self, service: &ServiceDescriptor) {
        let mut names = Names::new();
        service.method.iter().for_each(|method| self.takes(&method.name, &mut names));
    }

    fn numbers(&mut self, fields: &[FieldDescriptor]) {
        let mut numbers = HashSet::new();
        for field in fields.iter().filter(|field| !numbers.insert(field.number)) {
            self.broken(format!("field {} has the number {} of another", printable(&field.name), field.number));
        }
    }

    fn takes<'a>(&mut self, name: &'a str, names: &mut Names<'a>) {
        if !names.insert(name) {
            self.broken(format!("two things in one place are called {:?}", shorten(name)));
        }
    }
}

fn types<'a>(messages: &'a [MessageDescriptor], enums: &'a [EnumDescriptor], names: &mut Names<'a>) {
    names.extend(messages.iter().map(|message| message.name.as_str()));
    names.extend(enums.iter().map(|item| item.name.as_str()));
}
