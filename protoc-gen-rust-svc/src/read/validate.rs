//! What no compiler would send, refused before it becomes Rust text or a file name.

use std::collections::{HashMap, HashSet};

use super::{
    File, Input,
    descriptor::{EnumDescriptor, FieldDescriptor, MessageDescriptor, ServiceDescriptor, Type},
};
use crate::{diagnostics::Diagnostics, names::is_proto_identifier, read::Position};

/// `EDITION_2024`.
pub(crate) const NEWEST_EDITION: i32 = 1001;

/// How deeply messages may be nested in each other.
const MAX_DEPTH: usize = 64;

/// The longest name that is taken.
const MAX_NAME: usize = 512;

/// Notes what is wrong with a request that no compiler checked.
pub fn validate(input: &Input, diagnostics: &mut Diagnostics) {
    let mut check = Check { diagnostics, types: HashMap::new(), position: Position::default() };
    check.requested(input);
    input.files.iter().for_each(|file| check.declare(file));
    input.files.iter().for_each(|file| check.file(file));
}

struct Check<'a> {
    diagnostics: &'a mut Diagnostics,
    /// Each declared type, and whether it is an enum.
    types: HashMap<String, bool>,
    position: Position,
}

impl Check<'_> {
    fn requested(&mut self, input: &Input) {
        let known: HashSet<_> = input.files.iter().map(|file| file.descriptor.name.as_str()).collect();
        for name in input.generate.iter().filter(|name| !known.contains(name.as_str())) {
            let message = format!("the request asks for {name:?}, but does not hold it");
            self.diagnostics.error("E0001", &Position::default(), message);
        }
    }

    fn declare(&mut self, file: &File) {
        let package =
            if file.descriptor.package.is_empty() { String::new() } else { format!(".{}", file.descriptor.package) };
        for message in &file.descriptor.message_type {
            self.declare_message(&package, message, 0);
        }
        for item in &file.descriptor.enum_type {
            self.types.insert(format!("{package}.{}", item.name), true);
        }
    }

    fn declare_message(&mut self, outer: &str, message: &MessageDescriptor, depth: usize) {
        let name = format!("{outer}.{}", message.name);
        if depth < MAX_DEPTH {
            message.nested_type.iter().for_each(|nested| self.declare_message(&name, nested, depth + 1));
        }
        for item in &message.enum_type {
            self.types.insert(format!("{name}.{}", item.name), true);
        }
        self.types.insert(name, false);
    }

    fn file(&mut self, file: &File) {
        self.position = Position { file: file.descriptor.name.clone(), ..Position::default() };
        if file.descriptor.syntax == "editions" && file.descriptor.edition > NEWEST_EDITION {
            let message = "the file is of an edition after 2024, which is not known";
            self.diagnostics.error("E0002", &self.position, message).help("set edition = \"2024\"");
        }
        if !["", "proto2", "proto3", "editions"].contains(&file.descriptor.syntax.as_str()) {
            self.broken(format!("the file is of the unknown syntax {:?}", shorten(&file.descriptor.syntax)));
        }
        if file.descriptor.name.contains(char::is_control) {
            self.broken("a file has a name that cannot be printed".to_owned());
        }
        let package = &file.descriptor.package;
        if !package.is_empty() {
            package.split('.').for_each(|segment| self.name("the package", segment));
        }
        file.descriptor.message_type.iter().for_each(|message| self.message(message, 0));
        file.descriptor.enum_type.iter().for_each(|item| self.enumeration(item));
        file.descriptor.service.iter().for_each(|service| self.service(service));
    }

    fn message(&mut self, message: &MessageDescriptor, depth: usize) {
        self.name("a message", &message.name);
        if depth == MAX_DEPTH {
            let text = format!("message {} is nested more than {MAX_DEPTH} deep", shorten(&message.name));
            self.diagnostics.error("E0003", &self.position, text);
            return;
        }
        message.field.iter().for_each(|field| self.field(message, field));
        message.oneof_decl.iter().for_each(|oneof| self.name("a oneof", &oneof.name));
        message.nested_type.iter().for_each(|nested| self.message(nested, depth + 1));
        message.enum_type.iter().for_each(|item| self.enumeration(item));
    }

    fn field(&mut self, message: &MessageDescriptor, field: &FieldDescriptor) {
        self.name("a field", &field.name);
        match Type::try_from(field.r#type) {
            Ok(Type::Message | Type::Group) => self.refers(&field.type_name, false),
            Ok(Type::Enum) => self.refers(&field.type_name, true),
            Ok(_) => (),
            Err(_) => self.broken(format!("field {} has the unknown type {}", shorten(&field.name), field.r#type)),
        }
        let oneofs = message.oneof_decl.len();
        if field.oneof_index.is_some_and(|index| usize::try_from(index).map_or(true, |index| index >= oneofs)) {
            self.broken(format!("field {} is part of a oneof that does not exist", shorten(&field.name)));
        }
    }

    fn enumeration(&mut self, item: &EnumDescriptor) {
        self.name("an enum", &item.name);
        item.value.iter().for_each(|value| self.name("an enum value", &value.name));
        if item.value.is_empty() {
            self.broken(format!("enum {} has no values", shorten(&item.name)));
        }
    }

    fn service(&mut self, service: &ServiceDescriptor) {
        self.name("a service", &service.name);
        for method in &service.method {
            self.name("a method", &method.name);
            self.refers(&method.input_type, false);
            self.refers(&method.output_type, false);
        }
    }

    fn name(&mut self, what: &str, name: &str) {
        if !is_proto_identifier(name) || name.len() > MAX_NAME {
            self.broken(format!("{what} is called {:?}, which is no name", shorten(name)));
        }
    }

    fn refers(&mut self, name: &str, is_enum: bool) {
        if self.types.get(name) != Some(&is_enum) {
            self.broken(format!("type {:?} is used, but not declared in the request", shorten(name)));
        }
    }

    fn broken(&mut self, message: String) {
        self.diagnostics.error("E0003", &self.position, message);
    }
}

fn shorten(name: &str) -> String {
    name.chars().take(80).collect()
}
