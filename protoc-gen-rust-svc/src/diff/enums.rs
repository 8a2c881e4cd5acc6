//! Enums and their values, identified by their numbers.

use super::{
    Change, ChangePosition,
    compare::Compare,
    names::{is_generated, rust_path},
    reserved,
};
use crate::model::{Enum, EnumValue};

impl Compare<'_> {
    pub(super) fn enums(&mut self) {
        let (before, after) = (self.before, self.after);
        for old in before.enums.values().filter(|item| is_generated(before, &item.rust)) {
            match after.enumeration(&self.names.new_name(&old.name)) {
                Some(new) => self.enumeration(old, new),
                None if self.is_package_removed(&old.rust) => (),
                None => {
                    let place = ChangePosition::Before(old.position.clone());
                    self.add(Change::new(place, format!("enum {} was removed", old.name)).rust(true));
                }
            }
        }
        let is_new = |name: &str| !before.enums.contains_key(name) && !self.names.is_taken(name);
        let new: Vec<_> = after.enums.values().filter(|item| is_generated(after, &item.rust)).collect();
        let new = new.into_iter().filter(|item| is_new(&item.name) && !self.is_package_new(&item.rust));
        let changes: Vec<_> =
            new.map(|item| Change::at(&item.position, format!("enum {} was added", item.name))).collect();
        self.changes.extend(changes);
    }

    fn enumeration(&mut self, old: &Enum, new: &Enum) {
        let mut change = Change::at(&new.position, "");
        if old.rust.domain != new.rust.domain {
            change = change.and(&format!("is now `{}`", rust_path(&new.rust))).rust(true);
        }
        if old.is_closed != new.is_closed {
            let what = if new.is_closed { "is now closed" } else { "is now open" };
            change = change.and(what).rust(true).wire(true).help("only an open enum has the variant Unrecognized");
        }
        if !old.deprecated && new.deprecated {
            change = change.and("is deprecated");
        }
        change = reserved::compare(change, &old.reserved, &new.reserved);
        self.add(change.of(&format!("enum {}", new.name)));
        self.values(old, new);
    }

    fn values(&mut self, old: &Enum, new: &Enum) {
        for value in &old.values {
            match successor(old, value, new) {
                Some(now) => self.value(old, value, new, now),
                None => self.report_removed_value(value, new),
            }
        }
        let is_new = |value: &&EnumValue| {
            !old.values.iter().any(|other| successor(old, other, new).is_some_and(|now| now.name == value.name))
        };
        let added: Vec<_> = new.values.iter().filter(is_new).collect();
        for value in added {
            let has_variant = value.alias_of.is_none() && rust_item(new, value).is_some();
            let change = Change::at(&value.position, "was added").rust(has_variant);
            let change = if has_variant { change.help("add it to each `match` without an arm `_`") } else { change };
            self.add(change.of(&element(value, new)));
        }
    }

    fn report_removed_value(&mut self, value: &EnumValue, new: &Enum) {
        let (number, name) = (is_kept(new, value.number), new.reserved.has_name(&value.name));
        self.check_reserved_value(value, new);
        let change = Change::at(&new.position, "was removed").rust(true).wire(!number).http(!(number && name));
        self.add(change.of(&element(value, new)));
    }

    /// Reports a removed number that is not reserved.
    fn check_reserved_value(&mut self, value: &EnumValue, new: &Enum) {
        if !is_kept(new, value.number) {
            let text = format!("number {} of {}, formerly `{}`, is not reserved", value.number, new.name, value.name);
            let is_there = new.values.iter().any(|other| other.name == value.name);
            let name = if is_there { String::new() } else { format!(" reserved {:?};", value.name) };
            let help = format!("add `reserved {};{name}` to the enum", value.number);
            self.diagnostics.warning("W0604", &new.position, text).help(help);
        }
    }

    fn value(&mut self, old: &Enum, before: &EnumValue, new: &Enum, after: &EnumValue) {
        let mut change = Change::at(&after.position, "");
        if before.name != after.name {
            change = change.and(&format!("was named `{}`", before.name)).http(true);
        }
        if before.number != after.number {
            change = change.and(&format!("has number {}, was {}", after.number, before.number)).wire(true);
            self.check_reserved_value(before, new);
        }
        match (rust_item(old, before), rust_item(new, after)) {
            (one, other) if one == other => (),
            (Some(old), None) => change = change.and(&format!("is no longer the {old}")).rust(true),
            (_, Some(new)) => change = change.and(&format!("is now the {new}")).rust(true),
            (None, None) => (),
        }
        if !before.deprecated && after.deprecated {
            change = change.and("is deprecated");
        }
        self.add(change.of(&element(after, new)));
    }
}

/// Whether a number is reserved or still in use.
fn is_kept(item: &Enum, number: i32) -> bool {
    item.reserved.has_number(number) || item.values.iter().any(|value| value.number == number)
}

/// The Rust item of a value: a variant, or a constant for an alias. An unspecified zero has none.
fn rust_item(item: &Enum, value: &EnumValue) -> Option<String> {
    let is_unspecified = item.has_unspecified && value.number == 0;
    let name = match value.alias_of {
        None => format!("variant `{}`", value.ident),
        Some(_) => format!("constant `{}`", value.ident),
    };
    (!is_unspecified).then_some(name)
}

/// The successor of a value: one of the same name, or else a new one of its number, an alias for an alias.
fn successor<'a>(old: &Enum, value: &EnumValue, new: &'a Enum) -> Option<&'a EnumValue> {
    let was_there = |name: &str| old.values.iter().any(|other| other.name == name);
    let is_new = |other: &&EnumValue| other.number == value.number && !was_there(&other.name);
    let is_like = |other: &&EnumValue| is_new(other) && other.alias_of.is_some() == value.alias_of.is_some();
    let named = new.values.iter().find(|other| other.name == value.name);
    named.or_else(|| new.values.iter().find(is_like)).or_else(|| new.values.iter().find(is_new))
}

fn element(value: &EnumValue, item: &Enum) -> String {
    format!("{}.{}", item.name, value.name)
}
