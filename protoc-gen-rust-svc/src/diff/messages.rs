//! Messages and their oneofs.

use std::collections::{HashMap, HashSet};

use super::{
    Change, ChangePosition,
    compare::Compare,
    enums::compare_json_formats,
    names::{is_generated, rust_path},
    reserved,
};
use crate::{
    model::{Form, Message, Oneof},
    options::Types,
};

impl Compare<'_> {
    pub(super) fn messages(&mut self) {
        let (before, after) = (self.before, self.after);
        for old in before.messages.values().filter(|message| is_generated(before, &message.rust)) {
            match after.message(&self.names.new_name(&old.name)) {
                Some(new) => self.message(old, new),
                None if self.is_package_removed(&old.rust) => (),
                None => {
                    let place = ChangePosition::Before(old.position.clone());
                    self.add(Change::new(place, format!("message {} was removed", old.name)).rust(true));
                }
            }
        }
        let is_new = |name: &str| !before.messages.contains_key(name) && !self.names.is_taken(name);
        let new: Vec<_> = after.messages.values().filter(|message| is_generated(after, &message.rust)).collect();
        let new = new.into_iter().filter(|message| is_new(&message.name) && !self.is_package_new(&message.rust));
        let changes: Vec<_> =
            new.map(|message| Change::at(&message.position, format!("message {} was added", message.name))).collect();
        self.changes.extend(changes);
    }

    fn message(&mut self, old: &Message, new: &Message) {
        let mut change = Change::at(&new.position, "");
        if old.name != new.name && !self.names.is_moved(&old.name) {
            change = change.and(&format!("is now {}", new.name)).rust(true);
        } else if old.rust.domain != new.rust.domain {
            change = change.and(&format!("is now `{}`", rust_path(&new.rust))).rust(true);
        }
        if self.types == Types::Domain {
            if old.form != new.form {
                change = change.and(form(&new.form)).rust(true);
            }
            change = compare_trait(change, old.is_eq && !new.is_eq, "is no longer Eq, because of its fields");
            change = compare_trait(change, old.is_hash && !new.is_hash, "is no longer Hash, because of its fields");
            change = compare_trait(
                change,
                old.has_default && !new.has_default,
                "no longer has Default, because of its fields",
            );
        }
        change = compare_json_formats(change, old.has_loose_json, new.has_loose_json);
        if !old.deprecated && new.deprecated {
            change = change.and("is deprecated");
        }
        change = reserved::compare(change, &old.reserved, &new.reserved);
        let is_renamed = !self.names.is_moved(&old.name);
        self.add(change.of(&format!("message {}", if is_renamed { &old.name } else { &new.name })));
        self.oneofs(old, new);
        self.fields(old, new);
    }

    fn oneofs(&mut self, old: &Message, new: &Message) {
        let successors = oneof_successors(old, new);
        for oneof in old.oneofs() {
            let change = match successors.get(oneof.name.as_str()) {
                Some(now) => kept_oneof(oneof, now),
                None => Change::at(&new.position, format!("oneof `{}` was removed", oneof.name)).rust(true),
            };
            self.add(change.of(&new.name));
        }
        let kept: HashSet<_> = successors.values().map(|now| &now.name).collect();
        for oneof in new.oneofs().filter(|oneof| !kept.contains(&oneof.name)) {
            let change = Change::at(&oneof.position, format!("oneof `{}` was added", oneof.name)).rust(true);
            let change = if oneof.required() { require_member(change) } else { change };
            self.add(change.help(literals(new.has_default)).of(&new.name));
        }
    }
}

/// Compares a oneof with its successor.
fn kept_oneof(old: &Oneof, new: &Oneof) -> Change {
    let mut change = Change::at(&new.position, "");
    if old.name != new.name {
        change = change.and(&format!("oneof `{}` is now `{}`", old.name, new.name)).rust(true);
        change = change.help("its field and its enum have other names");
    }
    match (old.required(), new.required()) {
        (false, true) => require_member(change.and(&format!("oneof `{}` now requires a member", new.name)).rust(true)),
        (true, false) => change.and(&format!("oneof `{}` no longer requires a member", new.name)).rust(true),
        _ => change,
    }
}

fn require_member(change: Change) -> Change {
    change.wire(true).http(true).help("its members are REQUIRED: requests of older callers are rejected")
}

/// Describes the form of a message.
fn form(form: &Form) -> &'static str {
    match form {
        Form::Plain => "is now a plain type",
        Form::Wire => "is now its prost message, not a plain type",
        Form::Custom(_) => "is now another custom type",
    }
}

fn compare_trait(change: Change, is_lost: bool, what: &str) -> Change {
    if is_lost { change.and(what).rust(true) } else { change }
}

/// Suggests how to adapt to a new field.
pub(super) fn literals(has_default: bool) -> &'static str {
    match has_default {
        true => "add it to struct literals without `..Default::default()`",
        false => "add it to struct literals",
    }
}

/// The successors of oneofs, by their old names.
pub(super) type OneofSuccessors<'a> = HashMap<&'a str, &'a Oneof>;

/// The successor of a oneof is one of the same name, or the first new one with one of its fields.
pub(super) fn oneof_successors<'a>(old: &'a Message, new: &'a Message) -> OneofSuccessors<'a> {
    let was_there: HashSet<_> = old.oneofs().map(|oneof| &oneof.name).collect();
    let named: HashMap<_, _> = new.oneofs().map(|oneof| (&oneof.name, oneof)).collect();
    let added = new.oneofs().enumerate().filter(|(_, oneof)| !was_there.contains(&oneof.name));
    let members =
        |(index, oneof): (usize, &'a Oneof)| oneof.fields.iter().map(move |field| (field.number, (index, oneof)));
    let by_field: HashMap<_, _> = added.flat_map(members).collect();
    let sharing = |oneof: &Oneof| {
        let found = oneof.fields.iter().filter_map(|field| by_field.get(&field.number));
        found.min_by_key(|(index, _)| *index).map(|(_, oneof)| *oneof)
    };
    let successor = |oneof: &Oneof| named.get(&oneof.name).copied().or_else(|| sharing(oneof));
    old.oneofs().filter_map(|oneof| Some((oneof.name.as_str(), successor(oneof)?))).collect()
}
