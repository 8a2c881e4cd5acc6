//! Fields, identified by their numbers.

use super::{
    Change,
    compare::Compare,
    field_type,
    messages::{literals, oneof_successor},
};
use crate::model::{Cardinality, Field, Message, Oneof};

impl Compare<'_> {
    pub(super) fn fields(&mut self, old: &Message, new: &Message) {
        for field in old.fields() {
            match successor(old, field, new) {
                Some(now) => self.field(old, field, new, now),
                None => self.report_removed(old, field, new),
            }
        }
        let is_new = |field: &&Field| {
            !old.fields().any(|other| successor(old, other, new).is_some_and(|now| now.number == field.number))
        };
        let added: Vec<_> = new.fields().filter(is_new).collect();
        for field in added {
            self.report_added(field, old, new);
        }
    }

    fn report_removed(&mut self, old: &Message, field: &Field, new: &Message) {
        let (number, name) = (new.reserved.has_number(field.number), new.reserved.has_name(&field.name));
        let change = Change::at(&new.position, "was removed").rust(true).wire(!number).http(!(number && name));
        let change = if is_proto2_required(field, old) { change_proto2_required(change, false) } else { change };
        self.check_reserved_field(field, new);
        self.add(change.of(&element(field, new)));
    }

    /// Reports a removed number that is not reserved.
    fn check_reserved_field(&mut self, field: &Field, new: &Message) {
        if !new.reserved.has_number(field.number) {
            let text = format!("number {} of {}, formerly `{}`, is not reserved", field.number, new.name, field.name);
            let name =
                if new.field(&field.name).is_some() { String::new() } else { format!(" reserved {:?};", field.name) };
            let help = format!("add `reserved {};{name}` to the message", field.number);
            self.diagnostics.warning("W0604", &new.position, text).help(help);
        }
    }

    fn report_added(&mut self, field: &Field, old: &Message, new: &Message) {
        let is_kept = |oneof: &&Oneof| {
            old.oneofs().any(|other| oneof_successor(old, other, new).is_some_and(|now| now.name == oneof.name))
        };
        let is_required = is_required(field, new);
        let change = Change::at(&field.position, "was added").wire(is_required).http(is_required);
        let change =
            if is_required { change.help("it is REQUIRED: requests of older callers are rejected") } else { change };
        let change = if is_proto2_required(field, new) { change_proto2_required(change, true) } else { change };
        let change = match oneof_of(field, new) {
            None => change.rust(true).help(literals(new.has_default)),
            Some(oneof) if is_kept(&oneof) => change.rust(true).help("add it to each `match` over the oneof"),
            // The new oneof is reported instead.
            Some(_) => return,
        };
        self.add(change.of(&element(field, new)));
    }

    fn field(&mut self, old_message: &Message, old: &Field, new_message: &Message, new: &Field) {
        let mut change = Change::at(&new.position, "");
        if old.number != new.number {
            change = change.and(&format!("has number {}, was {}", new.number, old.number)).wire(true);
            self.check_reserved_field(old, new_message);
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
        change = compare_oneofs(change, old_message, old, new_message, new);
        change = compare_required(change, is_required(old, old_message), is_required(new, new_message));
        change = compare_options(change, old, new);
        change = self.default(change, old, new);
        let (before, after) = (is_proto2_required(old, old_message), is_proto2_required(new, new_message));
        change = if before == after { change } else { change_proto2_required(change, after) };
        self.add(change.of(&element(new, new_message)));
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
fn compare_oneofs(change: Change, old_message: &Message, old: &Field, new_message: &Message, new: &Field) -> Change {
    let before = oneof_of(old, old_message);
    let kept = before.and_then(|oneof| oneof_successor(old_message, oneof, new_message)).map(|oneof| &oneof.name);
    let after = oneof_of(new, new_message).map(|oneof| &oneof.name);
    match (before, after) {
        (Some(oneof), None) => change.and(&format!("left oneof `{}`", oneof.name)).rust(true).wire(true).http(true),
        (_, Some(oneof)) if kept != Some(oneof) => {
            change.and(&format!("is now in oneof `{oneof}`")).rust(true).wire(true).http(true)
        }
        _ => change,
    }
}

/// Whether a field is `required` by proto2 or by its edition.
fn is_proto2_required(field: &Field, message: &Message) -> bool {
    field.cardinality == Cardinality::Required && oneof_of(field, message).is_none()
}

fn change_proto2_required(change: Change, is_proto2_required: bool) -> Change {
    let what = if is_proto2_required { "is `required`" } else { "is no longer `required`" };
    change.and(what).wire(true).http(true).help("the side for which it is `required` rejects messages without it")
}

/// Whether a request without a field is rejected. Of a oneof, one member is enough.
fn is_required(field: &Field, message: &Message) -> bool {
    field.required && oneof_of(field, message).is_none()
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

/// The successor of a field: one of the same number, or a new one of its name.
fn successor<'a>(old: &Message, field: &Field, new: &'a Message) -> Option<&'a Field> {
    let was_there = |number: i32| old.fields().any(|other| other.number == number);
    let numbered = new.fields().find(|other| other.number == field.number);
    numbered.or_else(|| new.field(&field.name).filter(|other| !was_there(other.number)))
}

fn oneof_of<'a>(field: &Field, message: &'a Message) -> Option<&'a Oneof> {
    message.oneofs().find(|oneof| oneof.fields.iter().any(|other| other.number == field.number))
}

fn element(field: &Field, message: &Message) -> String {
    format!("{}.{}", message.name, field.name)
}
