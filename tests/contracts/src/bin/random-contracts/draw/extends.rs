//! Extensions of messages and of options.

use std::collections::HashSet;

use super::{
    Draw,
    fields::{KNOWN, SCALARS},
    names::Style,
};
use crate::contract::{Extend, Field, Kind, Place, Syntax};

impl Draw {
    pub(super) fn extends(&mut self) {
        let mut numbers = HashSet::new();
        for file in 0..self.contract.files.len() {
            if self.contract.files[file].syntax != Syntax::Proto3 && self.in_100(50) {
                self.extends_of(file, &mut numbers);
            }
        }
    }

    fn extends_of(&mut self, file: usize, numbers: &mut HashSet<(usize, u32)>) {
        let mut extended = self.usable_messages(file);
        extended.retain(|index| self.contract.messages[*index].is_extensible);
        let own: Vec<_> = (0..self.contract.messages.len()).filter(|index| self.is_plain_in(*index, file)).collect();
        for message in extended {
            let place =
                if own.is_empty() || self.in_100(60) { Place::File(file) } else { Place::Message(self.one_of(&own)) };
            let fields =
                (0..self.rng.usize(1..4)).filter_map(|_| self.extension(file, place, message, numbers)).collect();
            self.add_extend(place, Extend { message, fields });
        }
    }

    fn is_plain_in(&self, message: usize, file: usize) -> bool {
        let message = &self.contract.messages[message];
        message.file == file && !message.is_group
    }

    fn add_extend(&mut self, place: Place, extend: Extend) {
        if extend.fields.is_empty() {
            return;
        }
        match place {
            Place::File(file) => self.contract.files[file].extends.push(extend),
            Place::Message(message) => self.contract.messages[message].extends.push(extend),
        }
    }

    fn extension(
        &mut self,
        file: usize,
        place: Place,
        message: usize,
        numbers: &mut HashSet<(usize, u32)>,
    ) -> Option<Field> {
        let number = self.rng.u32(1000..2000);
        if !numbers.insert((message, number)) {
            return None;
        }
        let label = self.label_of_extension(file);
        let usable = self.usable_messages(file);
        let kind = match self.rng.u32(..3) {
            0 => Kind::Message(self.one_of(&usable)),
            1 => Kind::Known(self.one_of(KNOWN)),
            _ => Kind::Scalar(self.one_of(SCALARS)),
        };
        self.imports_of(file, &kind);
        let scope = self.contract.scope(place).to_owned();
        let name = self.name(&scope, Style::Snake);
        let mut field = Field { label, kind, name, number, options: Vec::new(), oneof: None };
        field.options.extend(self.default(&field));
        Some(field)
    }

    fn label_of_extension(&mut self, file: usize) -> &'static str {
        let is_edition = self.contract.files[file].syntax.is_edition();
        match self.in_100(30) {
            true => "repeated ",
            false if is_edition => "",
            false => "optional ",
        }
    }
}
