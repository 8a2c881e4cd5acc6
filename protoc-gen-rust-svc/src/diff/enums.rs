//! Enums and their values, identified by their numbers.

use std::collections::{HashMap, HashSet};

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
        change = compare_json_formats(change, old.has_loose_json, new.has_loose_json);
        if !old.deprecated && new.deprecated {
            change = change.and("is deprecated");
        }
        change = reserved::compare(change, &old.reserved, &new.reserved);
        self.add(change.of(&format!("enum {}", new.name)));
        self.values(old, new);
    }

    fn values(&mut self, old: &Enum, new: &Enum) {
        let index = &Values::new(old, new);
        let mut kept = HashSet::new();
        for value in &old.values {
            match index.successor(value) {
                Some(now) => {
                    kept.insert(now.name.as_str());
                    self.value(old, value, index, now);
                }
                None => self.report_removed_value(value, index),
            }
        }
        for value in new.values.iter().filter(|value| !kept.contains(value.name.as_str())) {
            let has_variant = value.alias_of.is_none() && rust_item(new, value).is_some();
            let change = Change::at(&value.position, "was added").rust(has_variant);
            let change = if has_variant { change.help("add it to each `match` without an arm `_`") } else { change };
            self.add(change.of(&element(value, new)));
        }
    }

    fn report_removed_value(&mut self, value: &EnumValue, index: &Values<'_>) {
        let new = index.new;
        let (number, name) = (index.is_kept(value.number), new.reserved.has_name(&value.name));
        self.check_reserved_value(value, index);
        let change = Change::at(&new.position, "was removed").rust(true).wire(!number).http(!(number && name));
        self.add(change.of(&element(value, new)));
    }

    /// Reports a removed number that is not reserved.
    fn check_reserved_value(&mut self, value: &EnumValue, index: &Values<'_>) {
        let new = index.new;
        if !index.is_kept(value.number) {
            let text = format!("number {} of {}, formerly `{}`, is not reserved", value.number, new.name, value.name);
            let is_there = index.by_name.contains_key(value.name.as_str());
            let name = if is_there { String::new() } else { format!(" reserved {:?};", value.name) };
            let help = format!("add `reserved {};{name}` to the enum", value.number);
            self.diagnostics.warning("W0604", &new.position, text).help(help);
        }
    }

    fn value(&mut self, old: &Enum, before: &EnumValue, index: &Values<'_>, after: &EnumValue) {
        let new = index.new;
        let mut change = Change::at(&after.position, "");
        if before.name != after.name {
            change = change.and(&format!("was named `{}`", before.name)).http(true);
        }
        if before.number != after.number {
            change = change.and(&format!("has number {}, was {}", after.number, before.number)).wire(true);
            self.check_reserved_value(before, index);
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

/// Compares whether the names of fields or values may collide in JSON.
pub(super) fn compare_json_formats(change: Change, was_loose: bool, is_loose: bool) -> Change {
    match (was_loose, is_loose) {
        (false, true) => change
            .and("has the JSON format LEGACY_BEST_EFFORT, was ALLOW")
            .http(true)
            .help("names may collide in JSON, and other implementations may reject it"),
        (true, false) => change.and("has the JSON format ALLOW, was LEGACY_BEST_EFFORT"),
        _ => change,
    }
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

/// The values of a new enum: by name, and by number those whose names the old one lacks.
struct Values<'a> {
    new: &'a Enum,
    by_name: HashMap<&'a str, &'a EnumValue>,
    numbers: HashSet<i32>,
    added: HashMap<i32, Vec<&'a EnumValue>>,
}

impl<'a> Values<'a> {
    fn new(old: &Enum, new: &'a Enum) -> Self {
        let was_there: HashSet<_> = old.values.iter().map(|value| &value.name).collect();
        let mut added: HashMap<_, Vec<_>> = HashMap::new();
        for value in new.values.iter().filter(|value| !was_there.contains(&value.name)) {
            added.entry(value.number).or_default().push(value);
        }
        Self {
            new,
            by_name: new.values.iter().map(|value| (value.name.as_str(), value)).collect(),
            numbers: new.values.iter().map(|value| value.number).collect(),
            added,
        }
    }

    /// Whether a number is reserved or still in use.
    fn is_kept(&self, number: i32) -> bool {
        self.new.reserved.has_number(number) || self.numbers.contains(&number)
    }

    /// The successor of a value: one of the same name, or else a new one of its number, an alias for an alias.
    fn successor(&self, value: &EnumValue) -> Option<&'a EnumValue> {
        let added = self.added.get(&value.number).map_or(&[][..], Vec::as_slice);
        let like = added.iter().find(|other| other.alias_of.is_some() == value.alias_of.is_some());
        self.by_name.get(value.name.as_str()).or(like).or(added.first()).copied()
    }
}

fn element(value: &EnumValue, item: &Enum) -> String {
    format!("{}.{}", item.name, value.name)
}
