//! Enums.

use std::collections::HashSet;

use heck::ToShoutySnakeCase as _;

use super::{
    Draw,
    names::{Style, is_name, value_name},
};
use crate::contract::{Enum, Place, Value, within};

impl Draw {
    pub(super) fn enumeration(&mut self, file: usize, place: Place) {
        let scope = self.contract.scope(place).to_owned();
        let name = self.name(&scope, Style::Camel);
        let (visibility, is_visible) = self.visibility(file, place);
        let mut statements = Vec::new();
        let is_closed = self.is_closed(file, &mut statements);
        let mut values = self.values(&name, &scope, is_closed, &mut statements);
        values.iter_mut().for_each(|value| value.options.extend(self.custom(file, "EnumValue")));
        if self.in_100(8) {
            statements.push("option deprecated = true;".to_owned());
        }
        statements.extend(self.custom(file, "Enum").map(|option| format!("option {option};")));
        let full = within(&scope, &name);
        let drawn = Enum { name, full, file, place, visibility, is_visible, is_closed, statements, values };
        self.contract.enums.push(drawn);
    }

    fn is_closed(&mut self, file: usize, statements: &mut Vec<String>) -> bool {
        let file = &self.contract.files[file];
        let (is_closed, is_edition) = (file.features.is_closed, file.syntax.is_edition());
        if !is_edition || self.in_100(75) {
            return is_closed;
        }
        statements.push(format!("option features.enum_type = {};", if is_closed { "OPEN" } else { "CLOSED" }));
        !is_closed
    }

    fn values(&mut self, name: &str, scope: &str, is_closed: bool, statements: &mut Vec<String>) -> Vec<Value> {
        let prefix = format!("{}_", name.to_shouty_snake_case());
        let prefix = if self.in_100(50) && is_name(&prefix) { prefix } else { String::new() };
        let mut numbers = Vec::new();
        let mut values = Vec::new();
        let mut seen = HashSet::new();
        for index in 0..self.rng.usize(1..7) {
            let number = self.number(index == 0 && !is_closed, &numbers);
            numbers.push(number);
            let value = self.value(name, scope, &prefix, &mut seen);
            values.push(Value { name: value, number, options: self.value_options() });
        }
        self.alias(name, scope, &mut values, &mut seen, statements);
        self.reserve(&values, statements);
        values
    }

    fn number(&mut self, must_be_zero: bool, numbers: &[i32]) -> i32 {
        if must_be_zero {
            return 0;
        }
        loop {
            let number = self.one_of(&[0, 1, 1, 2, 2, 3, 4, 5, -1, -2, i32::MIN, i32::MAX, 1000]);
            if !numbers.contains(&number) {
                return number;
            }
        }
    }

    /// The name of a value, which is in the scope of the enum itself.
    fn value(&mut self, name: &str, scope: &str, prefix: &str, seen: &mut HashSet<String>) -> String {
        loop {
            let word = self.any_value(prefix, seen.is_empty());
            let is_legal = !matches!(word.as_str(), "option" | "reserved");
            if is_legal && !seen.contains(&value_name(name, &word)) && self.takes(scope, &word) {
                seen.insert(value_name(name, &word));
                return word;
            }
        }
    }

    fn any_value(&mut self, prefix: &str, is_first: bool) -> String {
        if is_first && self.in_100(50) {
            return format!("{prefix}UNSPECIFIED");
        }
        let (style, digits) = if self.in_100(80) { (Style::Shouting, 5) } else { (Style::Camel, 20) };
        match self.in_100(digits) && !prefix.is_empty() {
            true => format!("{prefix}{}", self.rng.u32(..30)),
            false => format!("{prefix}{}", self.any_name(style)),
        }
    }

    fn value_options(&mut self) -> Vec<String> {
        let options = ["deprecated = true", "debug_redact = true"];
        options.iter().filter(|_| self.in_100(5)).map(|option| (*option).to_owned()).collect()
    }

    /// Adds an alias.
    fn alias(
        &mut self,
        name: &str,
        scope: &str,
        values: &mut Vec<Value>,
        seen: &mut HashSet<String>,
        statements: &mut Vec<String>,
    ) {
        if self.in_100(85) {
            return;
        }
        let value = self.value(name, scope, "", seen);
        let number = values[self.rng.usize(..values.len())].number;
        values.push(Value { name: value, number, options: Vec::new() });
        statements.push("option allow_alias = true;".to_owned());
    }

    fn reserve(&mut self, values: &[Value], statements: &mut Vec<String>) {
        if values.iter().all(|value| value.number < 2000) && self.in_100(10) {
            statements.push("reserved 2000 to 3000, 4000 to max;".to_owned());
        }
    }
}
