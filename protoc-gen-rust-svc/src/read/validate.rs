//! What no compiler would send, refused before it becomes Rust text or a file name.

mod fields;
mod symbols;

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    File, Input,
    descriptor::{EnumDescriptor, MessageDescriptor, ServiceDescriptor},
};
use crate::{diagnostics::Diagnostics, names::is_proto_identifier, read::Position};

/// `EDITION_2024`.
pub(crate) const NEWEST_EDITION: i32 = 1001;

/// How deeply messages may be nested in each other.
const MAX_DEPTH: usize = 64;

/// The longest name that is taken.
const MAX_NAME: usize = 512;

/// The longest segment of a package that is taken: it becomes the name of a folder.
const MAX_SEGMENT: usize = 250;

/// Notes what is wrong with a request that no compiler checked.
pub fn validate(input: &Input, diagnostics: &mut Diagnostics) {
    let mut check = Check { diagnostics, types: HashMap::new(), position: Position::default() };
    check.requested(input);
    input.files.iter().for_each(|file| check.declare(file));
    input.files.iter().for_each(|file| check.file(file));
    check.symbols(input);
}

struct Check<'a> {
    diagnostics: &'a mut Diagnostics,
    /// Each declared type.
    types: HashMap<String, Kind>,
    position: Position,
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    /// What a map of the message around it travels in.
    Entry,
    Enum,
}

impl Check<'_> {
    fn requested(&mut self, input: &Input) {
        let mut known = HashSet::new();
        for file in &input.files {
            if !known.insert(file.descriptor.name.as_str()) {
                let message = format!("the request holds the file {:?} twice", shorten(&file.descriptor.name));
                self.diagnostics.error("E0003", &Position::default(), message);
            }
        }
        for name in input.generate.iter().filter(|name| !known.contains(name.as_str())) {
            let message = format!("the request asks for {:?}, but does not hold it", shorten(name));
            self.diagnostics.error("E0001", &Position::default(), message);
        }
    }

    fn declare(&mut self, file: &File) {
        self.at(file);
        let package =
            if file.descriptor.package.is_empty() { String::new() } else { format!(".{}", file.descriptor.package) };
        for message in &file.descriptor.message_type {
            self.declare_message(&package, message, 0);
        }
        for item in &file.descriptor.enum_type {
            self.declare_type(format!("{package}.{}", item.name), Kind::Enum);
        }
    }

    fn declare_message(&mut self, outer: &str, message: &MessageDescriptor, depth: usize) {
        let name = format!("{outer}.{}", message.name);
        if depth < MAX_DEPTH {
            message.nested_type.iter().for_each(|nested| self.declare_message(&name, nested, depth + 1));
        }
        for item in &message.enum_type {
            self.declare_type(format!("{name}.{}", item.name), Kind::Enum);
        }
        let kind = if fields::is_entry(message) { Kind::Entry } else { Kind::Message };
        self.declare_type(name, kind);
    }

    fn declare_type(&mut self, name: String, kind: Kind) {
        match self.types.entry(name) {
            Entry::Vacant(vacant) => drop(vacant.insert(kind)),
            Entry::Occupied(declared) => {
                let message = format!("type {:?} is declared twice", shorten(declared.key()));
                self.diagnostics.error("E0003", &self.position, message);
            }
        }
    }

    fn at(&mut self, file: &File) {
        self.position = Position { file: printable(&file.descriptor.name), ..Position::default() };
    }

    fn file(&mut self, file: &File) {
        self.at(file);
        self.syntax(file);
        if file.descriptor.name.is_empty() || file.descriptor.name.contains(char::is_control) {
            self.broken("a file has a name that cannot be printed".to_owned());
        }
        let package = &file.descriptor.package;
        if !package.is_empty() {
            package.split('.').for_each(|segment| self.segment(segment));
        }
        let prefix = if package.is_empty() { String::new() } else { format!(".{package}") };
        file.descriptor.message_type.iter().for_each(|message| self.message(&prefix, message, 0));
        file.descriptor.enum_type.iter().for_each(|item| self.enumeration(item));
        file.descriptor.service.iter().for_each(|service| self.service(service));
    }

    fn syntax(&mut self, file: &File) {
        if file.descriptor.syntax == "editions" && file.descriptor.edition > NEWEST_EDITION {
            let message = "the file is of an edition after 2024, which is not known";
            self.diagnostics.error("E0002", &self.position, message).help("set edition = \"2024\"");
        }
        if !["", "proto2", "proto3", "editions"].contains(&file.descriptor.syntax.as_str()) {
            self.broken(format!("the file is of the unknown syntax {:?}", shorten(&file.descriptor.syntax)));
        }
    }

    fn segment(&mut self, segment: &str) {
        self.name("the package", segment);
        if segment.len() > MAX_SEGMENT {
            self.broken(format!("a part of the package is longer than {MAX_SEGMENT} letters"));
        }
    }

    fn message(&mut self, outer: &str, message: &MessageDescriptor, depth: usize) {
        self.name("a message", &message.name);
        if depth == MAX_DEPTH {
            let text = format!("message {} is nested more than {MAX_DEPTH} deep", printable(&message.name));
            self.diagnostics.error("E0003", &self.position, text);
            return;
        }
        let full = format!("{outer}.{}", message.name);
        self.fields(&full, message, depth);
        message.nested_type.iter().for_each(|nested| self.message(&full, nested, depth + 1));
        message.enum_type.iter().for_each(|item| self.enumeration(item));
    }

    fn enumeration(&mut self, item: &EnumDescriptor) {
        self.name("an enum", &item.name);
        item.value.iter().for_each(|value| self.name("an enum value", &value.name));
        if item.value.is_empty() {
            self.broken(format!("enum {} has no values", printable(&item.name)));
        }
    }

    fn service(&mut self, service: &ServiceDescriptor) {
        self.name("a service", &service.name);
        for method in &service.method {
            self.name("a method", &method.name);
            self.refers(&method.input_type, Kind::Message);
            self.refers(&method.output_type, Kind::Message);
        }
    }

    fn name(&mut self, what: &str, name: &str) {
        if !is_proto_identifier(name) || name.len() > MAX_NAME {
            self.broken(format!("{what} is called {:?}, which is no name", shorten(name)));
        }
    }

    fn refers(&mut self, name: &str, kind: Kind) {
        match self.types.get(name) {
            Some(declared) if *declared == kind => (),
            Some(declared) => {
                self.broken(format!("type {:?} is used as {}, and is {}", shorten(name), kind.text(), declared.text()));
            }
            None => self.broken(format!("type {:?} is used, but not declared in the request", shorten(name))),
        }
    }

    fn broken(&mut self, message: String) {
        self.diagnostics.error("E0003", &self.position, message);
    }
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Message => "a message",
            Self::Entry => "the entry of a map",
            Self::Enum => "an enum",
        }
    }
}

fn shorten(name: &str) -> String {
    name.chars().take(80).collect()
}

/// A name without what would break a line or hide in it.
fn printable(name: &str) -> String {
    shorten(name).chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}
