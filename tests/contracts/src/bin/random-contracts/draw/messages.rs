//! Messages: first their names, then their contents.

use std::collections::HashSet;

use super::{
    Draw,
    fields::Slots,
    names::{Style, entry_name, json_name},
};
use crate::contract::{Field, Kind, Message, Place, Syntax, within};

/// The maximum nesting of messages.
const DEPTH: u32 = 3;

impl Draw {
    /// Declares the types of all files without contents, so that fields can refer to any of them.
    pub(super) fn types(&mut self) {
        for file in 0..self.contract.files.len() {
            for _ in 0..self.rng.usize(2..6) {
                self.message(file, Place::File(file), 0);
            }
            for _ in 0..self.rng.usize(0..3) {
                self.enumeration(file, Place::File(file));
            }
        }
    }

    fn message(&mut self, file: usize, place: Place, depth: u32) {
        let message = self.empty_message(file, place, Style::Camel);
        let within = Place::Message(message);
        if depth < DEPTH && self.in_100(25) {
            (0..self.rng.usize(1..3)).for_each(|_| self.message(file, within, depth + 1));
        }
        if self.in_100(20) {
            self.enumeration(file, within);
        }
    }

    fn empty_message(&mut self, file: usize, place: Place, style: Style) -> usize {
        let scope = self.contract.scope(place).to_owned();
        let name = self.name(&scope, style);
        self.add_message(file, place, name)
    }

    fn add_message(&mut self, file: usize, place: Place, name: String) -> usize {
        let full = within(self.contract.scope(place), &name);
        let (visibility, is_visible) = self.visibility(file, place);
        self.contract.messages.push(Message {
            name,
            full,
            file,
            place,
            visibility,
            is_visible,
            is_group: false,
            fields: Vec::new(),
            oneofs: Vec::new(),
            statements: Vec::new(),
            is_extensible: false,
            extends: Vec::new(),
        });
        self.contract.messages.len() - 1
    }

    /// The visibility of a type as source text, and whether other files may use it.
    pub(super) fn visibility(&mut self, file: usize, place: Place) -> (&'static str, bool) {
        if self.contract.files[file].syntax != Syntax::Edition2024 {
            return ("", true);
        }
        match self.rng.u32(..10) {
            0 | 1 => ("export ", true),
            2 => ("local ", false),
            _ => ("", matches!(place, Place::File(_))),
        }
    }

    /// Puts fields into all messages.
    pub(super) fn fill(&mut self) {
        for message in 0..self.contract.messages.len() {
            self.fill_message(message);
        }
    }

    fn fill_message(&mut self, message: usize) {
        let mut slots = Slots::default();
        self.statements(message);
        let count = self.one_of(&[0, 1, 2, 3, 4, 5, 7, 9]);
        for _ in 0..count {
            match self.rng.u32(..100) {
                0..15 => self.oneof(message, &mut slots),
                15..20 if self.is_old(message) => self.group(message, None, &mut slots),
                _ => self.add_field(message, None, &mut slots),
            }
        }
    }

    fn is_old(&self, message: usize) -> bool {
        self.contract.files[self.contract.messages[message].file].syntax == Syntax::Proto2
    }

    fn oneof(&mut self, message: usize, slots: &mut Slots) {
        let scope = self.contract.messages[message].full.clone();
        let name = self.name(&scope, Style::Snake);
        self.contract.messages[message].oneofs.push(name);
        let oneof = Some(self.contract.messages[message].oneofs.len() - 1);
        for _ in 0..self.rng.usize(1..5) {
            match self.is_old(message) && self.in_100(10) {
                true => self.group(message, oneof, slots),
                false => self.add_field(message, oneof, slots),
            }
        }
    }

    /// Adds a group: a message, and a field with its name in lower case.
    fn group(&mut self, message: usize, oneof: Option<usize>, slots: &mut Slots) {
        let scope = self.contract.messages[message].full.clone();
        let is_legal =
            |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase()) && name.to_lowercase() != name;
        let name = self.name_that(&scope, Style::Camel, is_legal);
        let field = name.to_lowercase();
        if !self.takes(&scope, &field) || !slots.json.insert(json_name(&field)) {
            self.taken.remove(&within(&scope, &name));
            return;
        }
        let file = self.contract.messages[message].file;
        let group = self.add_message(file, Place::Message(message), name);
        self.contract.messages[group].is_group = true;
        let label = if oneof.is_some() { "" } else { self.one_of(&["optional ", "required ", "repeated "]) };
        let (number, options) = (self.slot(slots), self.common_options(file));
        let drawn = Field { label, kind: Kind::Group(group), name: field, number, options, oneof };
        self.contract.messages[message].fields.push(drawn);
        let mut slots = Slots::default();
        (0..self.rng.usize(1..4)).for_each(|_| self.add_field(group, None, &mut slots));
    }

    /// Options, reserved names and numbers, ranges for extensions.
    fn statements(&mut self, message: usize) {
        let file = self.contract.messages[message].file;
        let syntax = self.contract.files[file].syntax;
        let mut statements = Vec::new();
        let mut say = |is_said: bool, statement: &str| {
            if is_said {
                statements.push(statement.to_owned());
            }
        };
        say(self.in_100(6), "option deprecated = true;");
        say(self.in_100(6), "reserved 500 to 599;");
        let reserved = if syntax.is_edition() { "reserved reserved_name;" } else { "reserved \"reserved_name\";" };
        say(self.in_100(5), reserved);
        let is_extensible = syntax != Syntax::Proto3 && self.in_100(30);
        say(is_extensible, "extensions 1000 to 1999;");
        statements.extend(self.custom(file, "Message").map(|option| format!("option {option};")));
        let message = &mut self.contract.messages[message];
        message.is_extensible = is_extensible;
        message.statements = statements;
    }

    /// Takes the name of the entry message of a map. Returns false if it is taken.
    pub(super) fn takes_entry(&mut self, scope: &str, name: &str) -> bool {
        self.takes(scope, &entry_name(name))
    }

    /// The messages that a file may use.
    pub(super) fn usable_messages(&self, file: usize) -> Vec<usize> {
        let seen: HashSet<_> = self.contract.seen(file).into_iter().collect();
        let messages = self.contract.messages.iter().enumerate();
        let usable =
            messages.filter(|(_, message)| message.file == file || seen.contains(&message.file) && message.is_visible);
        usable.map(|(index, _)| index).collect()
    }

    /// The enums that a file may use.
    pub(super) fn usable_enums(&self, file: usize) -> Vec<usize> {
        let seen: HashSet<_> = self.contract.seen(file).into_iter().collect();
        let enums = self.contract.enums.iter().enumerate();
        let usable = enums.filter(|(_, item)| item.file == file || seen.contains(&item.file) && item.is_visible);
        usable.map(|(index, _)| index).collect()
    }
}
