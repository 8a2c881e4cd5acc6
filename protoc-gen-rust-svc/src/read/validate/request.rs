//! The order of a validation: files, packages, messages, services.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    element, fields,
    validator::{TypeKind, Validator, printable, shorten},
};
use crate::{
    diagnostics::{Diagnostics, Position},
    read::{
        File, Input, Source,
        descriptor::{EnumDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor},
    },
};

/// `EDITION_2026`.
pub(crate) const NEWEST_EDITION: i32 = 1002;

/// The deepest accepted nesting of messages.
const MAX_DEPTH: usize = 64;

/// The longest component of a package name, which becomes the name of a folder.
const MAX_SEGMENT: usize = 250;

/// Reports what no compiler would send.
pub fn validate(input: &Input, diagnostics: &mut Diagnostics) {
    let none = Source::default();
    let mut check =
        Validator { diagnostics, types: HashMap::new(), enums: HashMap::new(), source: &none, path: Vec::new() };
    if check.texts(input) {
        return;
    }
    check.requested(input);
    input.files.iter().for_each(|file| check.declare(file));
    input.files.iter().for_each(|file| check.file(file));
    check.symbols(input);
}

impl<'a> Validator<'a> {
    /// Reports strings that are not UTF-8. Nothing else of such a file is decoded.
    fn texts(&mut self, input: &Input) -> bool {
        let position = |file: &'_ File| Some(file.source.position(file.invalid_utf8.as_ref()?));
        let places: Vec<_> = input.files.iter().filter_map(position).collect();
        for place in &places {
            let place = Position { file: printable(&place.file), ..place.clone() };
            let help = "save the file as UTF-8; a default value that is not text needs a field of type `bytes`";
            self.diagnostics.error("E0003", &place, "invalid UTF-8 in a string").help(help);
        }
        !places.is_empty()
    }

    fn requested(&mut self, input: &Input) {
        let mut known = HashSet::new();
        for file in &input.files {
            if !known.insert(file.descriptor.name.as_str()) {
                let message = format!("duplicate file {:?} in the request", shorten(&file.descriptor.name));
                self.diagnostics.error("E0003", &Position::default(), message);
            }
        }
        for name in input.generate.iter().filter(|name| !known.contains(name.as_str())) {
            let message = format!("requested file {:?} is missing from the request", shorten(name));
            self.diagnostics.error("E0001", &Position::default(), message);
        }
    }

    fn declare(&mut self, file: &'a File) {
        self.at(file);
        let package =
            if file.descriptor.package.is_empty() { String::new() } else { format!(".{}", file.descriptor.package) };
        self.each(element::MESSAGE, &file.descriptor.message_type, |check, message| {
            check.declare_message(&package, message, 0);
        });
        self.declare_enums(&package, element::ENUM, &file.descriptor.enum_type);
    }

    fn declare_message(&mut self, outer: &str, message: &'a MessageDescriptor, depth: usize) {
        let name = format!("{outer}.{}", message.name);
        if depth < MAX_DEPTH {
            self.each(element::message::MESSAGE, &message.nested_type, |check, nested| {
                check.declare_message(&name, nested, depth + 1);
            });
        }
        self.declare_enums(&name, element::message::ENUM, &message.enum_type);
        let kind = if fields::is_entry(message) { TypeKind::Entry } else { TypeKind::Message };
        self.declare_type(name, kind);
    }

    fn declare_enums(&mut self, outer: &str, number: i32, enums: &'a [EnumDescriptor]) {
        self.each(number, enums, |check, item| {
            let name = format!("{outer}.{}", item.name);
            check.enums.insert(name.clone(), item);
            check.declare_type(name, TypeKind::Enum);
        });
    }

    fn declare_type(&mut self, name: String, kind: TypeKind) {
        match self.types.entry(name) {
            Entry::Vacant(vacant) => drop(vacant.insert(kind)),
            Entry::Occupied(declared) => {
                let message = format!("duplicate type `{}`", printable(declared.key()));
                self.error(message);
            }
        }
    }

    fn file(&mut self, file: &'a File) {
        self.at(file);
        self.syntax(file);
        if file.descriptor.name.is_empty() || file.descriptor.name.contains(char::is_control) {
            self.error("file name with control characters, or empty".to_owned());
        }
        self.package(&file.descriptor.package);
        let package = &file.descriptor.package;
        let prefix = if package.is_empty() { String::new() } else { format!(".{package}") };
        self.each(element::MESSAGE, &file.descriptor.message_type, |check, message| check.message(&prefix, message, 0));
        self.each(element::ENUM, &file.descriptor.enum_type, Self::enumeration);
        self.each(element::SERVICE, &file.descriptor.service, Self::service);
    }

    fn syntax(&mut self, file: &File) {
        if file.descriptor.syntax == "editions" && file.descriptor.edition > NEWEST_EDITION {
            let message = "unsupported edition, newer than 2026";
            // protoc locates the declaration as that of the syntax.
            let positions = [element::EDITION, element::SYNTAX].map(|number| self.position(&[number]));
            let position = positions.into_iter().max().unwrap_or_default();
            self.diagnostics.error("E0002", &position, message).help("set `edition = \"2026\";`");
        }
        if !["", "proto2", "proto3", "editions"].contains(&file.descriptor.syntax.as_str()) {
            self.error(format!("unknown syntax {:?}", shorten(&file.descriptor.syntax)));
        }
    }

    fn package(&mut self, package: &str) {
        self.path.push(element::PACKAGE);
        if !package.is_empty() {
            package.split('.').for_each(|segment| self.segment(segment));
        }
        self.path.pop();
    }

    fn segment(&mut self, segment: &str) {
        self.name("package", segment);
        if segment.len() > MAX_SEGMENT {
            self.error(format!("package component longer than {MAX_SEGMENT} characters"));
        }
    }

    fn message(&mut self, outer: &str, message: &MessageDescriptor, depth: usize) {
        match fields::is_entry(message) {
            true => self.entry_name(&message.name),
            false => self.name("message", &message.name),
        }
        if depth == MAX_DEPTH {
            let name = printable(&message.name);
            return self.error(format!("message `{name}` is nested more than {MAX_DEPTH} levels deep"));
        }
        let full = format!("{outer}.{}", message.name);
        self.fields(&full, message, depth);
        self.each(element::message::MESSAGE, &message.nested_type, |check, nested| {
            check.message(&full, nested, depth + 1);
        });
        self.each(element::message::ENUM, &message.enum_type, Self::enumeration);
    }

    fn enumeration(&mut self, item: &EnumDescriptor) {
        self.name("enum", &item.name);
        self.each(element::VALUE, &item.value, |check, value| check.name("enum value", &value.name));
        if item.value.is_empty() {
            self.error(format!("enum `{}` has no values", printable(&item.name)));
        }
    }

    fn service(&mut self, service: &ServiceDescriptor) {
        self.name("service", &service.name);
        self.each(element::METHOD, &service.method, Self::method);
    }

    fn method(&mut self, method: &MethodDescriptor) {
        self.name("method", &method.name);
        self.refers(&method.input_type, TypeKind::Message);
        self.refers(&method.output_type, TypeKind::Message);
    }

    /// Compilers derive the name of an entry from its field: that of `_1` is `1Entry`.
    fn entry_name(&mut self, name: &str) {
        self.name(TypeKind::Entry.text(), name.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
}
