//! Fields, identified by their numbers.

use std::collections::{HashMap, HashSet};

use super::{
    Change,
    compare::Compare,
    field_type,
    messages::{OneofSuccessors, literals, oneof_successors},
};
use crate::model::{Cardinality, Field, Message, Oneof};

impl Compare<'_> {
    pub(super) fn fields(&mut self, old: &Message, new: &Message) {
        let oneofs = oneof_successors(old, new);
        let (old, new) = (&Fields::new(old), &Fields::new(new));
        let mut kept = HashSet::new();
        for field in old.message.fields() {
            match old.successor(field, new) {
                Some(now) => {
                    kept.insert(now.number);
                    self.field(old, field, new, now, &oneofs);
                }
                None => self.report_removed(old, field, new),
            }
        }
        let kept_oneofs: HashSet<_> = oneofs.values().map(|oneof| oneof.name.as_str()).collect();
        for field in new.message.fields().filter(|field| !kept.contains(&field.number)) {
            self.report_added(field, new, &kept_oneofs);
        }
    }

    fn report_removed(&mut self, old: &Fields<'_>, field: &Field, new: &Fields<'_>) {
        let reserved = &new.message.reserved;
        let (number, name) = (reserved.has_number(field.number), reserved.has_name(&field.name));
        let change = Change::at(&new.message.position, "was removed").rust(true).wire(!number).http(!(number && name));
        let change = if is_proto2_required(field, old) { change_proto2_required(change, false) } else { change };
        self.check_reserved_field(field, new);
        self.add(change.of(&element(field, new.message)));
    }

    /// Reports a removed number that is not reserved.
    fn check_reserved_field(&mut self, field: &Field, new: &Fields<'_>) {
        let (Field { number, name, .. }, message) = (field, new.message);
        if !message.reserved.has_number(*number) {
            let text = format!("number {number} of {}, formerly `{name}`, is not reserved", message.name);
            let is_there = new.by_name.contains_key(name.as_str());
            let name = if is_there { String::new() } else { format!(" reserved {name:?};") };
            let help = format!("add `reserved {number};{name}` to the message");
            self.diagnostics.warning("W0604", &message.position, text).help(help);
        }
    }

    fn report_added(&mut self, field: &Field, new: &Fields<'_>, kept_oneofs: &HashSet<&str>) {
        let is_required = is_required(field, new);
        let change = Change::at(&field.position, "was added").wire(is_required).http(is_required);
        let change =
            if is_required { change.help("it is REQUIRED: requests of older callers are rejected") } else { change };
        let change = if is_proto2_required(field, new) { change_proto2_required(change, true) } else { change };
        let change = match new.oneof(field) {
            None => change.rust(true).help(literals(new.message.has_default)),
            Some(oneof) if kept_oneofs.contains(oneof.name.as_str()) => {
                change.rust(true).help("add it to each `match` over the oneof")
            }
            // The new oneof is reported instead.
            Some(_) => return,
        };
        self.add(change.of(&element(field, new.message)));
    }

    fn field(
        &mut self,
        old_fields: &Fields<'_>,
        old: &Field,
        new_fields: &Fields<'_>,
        new: &Field,
        oneofs: &OneofSuccessors<'_>,
    ) {
        let mut change = Change::at(&new.position, "");
        if old.number != new.number {
            change = change.and(&format!("has number {}, was {}", new.number, old.number)).wire(true);
            self.check_reserved_field(old, new_fields);
        }
        if old.name != new.name {
            change = change.and(&format!("was named `{}`", old.name)).rust(old.ident != new.ident).http(true);
            change = change.help("callers may send the name of the `.proto` in JSON, queries and field masks");
        } else if old.ident != new.ident {
            change = change.and(&format!("is `{}` in Rust, was `{}`", new.ident, old.ident)).rust(true);
        }
        if old.json_name != new.json_name {
            change = change.and(&format!("is {:?} in JSON, was {:?}", new.json_name, old.json_name)).http(true);
        }
        change = self.compare_types(change, old, new);
        change = compare_oneofs(change, old_fields.oneof(old), new_fields.oneof(new), oneofs);
        change = compare_required(change, is_required(old, old_fields), is_required(new, new_fields));
        change = compare_options(change, old, new);
        change = self.default(change, old, new);
        let (before, after) = (is_proto2_required(old, old_fields), is_proto2_required(new, new_fields));
        change = if before == after { change } else { change_proto2_required(change, after) };
        self.add(change.of(&element(new, new_fields.message)));
    }

    /// Compares the types.
    fn compare_types(&self, change: Change, old: &Field, new: &Field) -> Change {
        let now = |name: &str| self.names.new_name(name);
        let before = field_type::rust(self.before, self.types, old, &now);
        let after = field_type::rust(self.after, self.types, new, &str::to_owned);
        let wire = !field_type::is_wire_compatible(old, new, &now);
        let change = change.wire(wire).http(!field_type::is_json_compatible(old, new, &now));
        if before != after {
            let before = field_type::rust_text(self.before, self.types, old);
            let after = field_type::rust_text(self.after, self.types, new);
            change.and(&format!("has type `{after}`, was `{before}`")).rust(true)
        } else if wire {
            change.and(&format!("is encoded as {}, was {}", field_type::wire_text(new), field_type::wire_text(old)))
        } else {
            change
        }
    }
}

/// Compares the oneofs.
fn compare_oneofs(
    change: Change,
    before: Option<&Oneof>,
    after: Option<&Oneof>,
    successors: &OneofSuccessors<'_>,
) -> Change {
    let kept = before.and_then(|oneof| successors.get(oneof.name.as_str())).map(|oneof| &oneof.name);
    let after = after.map(|oneof| &oneof.name);
    match (before, after) {
        (Some(oneof), None) => change.and(&format!("left oneof `{}`", oneof.name)).rust(true).wire(true).http(true),
        (_, Some(oneof)) if kept != Some(oneof) => {
            change.and(&format!("is now in oneof `{oneof}`")).rust(true).wire(true).http(true)
        }
        _ => change,
    }
}

/// Whether a field is `required` by proto2 or by its edition.
fn is_proto2_required(field: &Field, fields: &Fields<'_>) -> bool {
    field.cardinality == Cardinality::Required && fields.oneof(field).is_none()
}

fn change_proto2_required(change: Change, is_proto2_required: bool) -> Change {
    let what = if is_proto2_required { "is `required`" } else { "is no longer `required`" };
    change.and(what).wire(true).http(true).help("the side for which it is `required` rejects messages without it")
}

/// Whether a request without a field is rejected. Of a oneof, one member is enough.
fn is_required(field: &Field, fields: &Fields<'_>) -> bool {
    field.required && fields.oneof(field).is_none()
}

fn compare_required(change: Change, old: bool, new: bool) -> Change {
    match (old, new) {
        (false, true) => change.and("is now REQUIRED").wire(true).http(true).help("requests without it are rejected"),
        (true, false) => change.and("is no longer REQUIRED"),
        _ => change,
    }
}

/// Compares the options.
fn compare_options(mut change: Change, old: &Field, new: &Field) -> Change {
    if !old.is_cleared() && new.is_cleared() {
        change = change.and("is now OUTPUT_ONLY").wire(true).http(true).help("its value in requests is ignored");
    }
    if !old.behavior.input_only && new.behavior.input_only {
        change = change.and("is now INPUT_ONLY").wire(true).http(true).help("responses no longer contain it");
    }
    if !old.deprecated && new.deprecated {
        change = change.and("is deprecated");
    }
    if old.redacted && !new.redacted {
        change = change.and("is now printed by Debug");
    }
    change
}

/// The fields of a message, by number and by name, and their oneofs.
struct Fields<'a> {
    message: &'a Message,
    by_number: HashMap<i32, &'a Field>,
    by_name: HashMap<&'a str, &'a Field>,
    oneofs: HashMap<i32, &'a Oneof>,
}

impl<'a> Fields<'a> {
    fn new(message: &'a Message) -> Self {
        let members = |oneof: &'a Oneof| oneof.fields.iter().map(move |field| (field.number, oneof));
        Self {
            message,
            by_number: message.fields().map(|field| (field.number, field)).collect(),
            by_name: message.fields().map(|field| (field.name.as_str(), field)).collect(),
            oneofs: message.oneofs().flat_map(members).collect(),
        }
    }

    fn oneof(&self, field: &Field) -> Option<&'a Oneof> {
        self.oneofs.get(&field.number).copied()
    }

    /// The successor of a field: one of the same number, or a new one of its name.
    fn successor(&self, field: &Field, new: &Fields<'a>) -> Option<&'a Field> {
        let named = || new.by_name.get(field.name.as_str()).filter(|other| !self.by_number.contains_key(&other.number));
        new.by_number.get(&field.number).or_else(named).copied()
    }
}

fn element(field: &Field, message: &Message) -> String {
    format!("{}.{}", message.name, field.name)
}
