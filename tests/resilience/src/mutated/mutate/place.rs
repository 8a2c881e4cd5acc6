//! Where a change is made.

use fastrand::Rng;
use harness::{
    random::{name_like, one_of, pick, pick_mut},
    words::{MALFORMED_NAMES, NAMES, TYPES},
};
use protoc_gen_rust_svc::read::descriptor::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

use super::Draft;

/// A word of a list.
pub(super) fn word(of: &[&str], rng: &mut Rng) -> String {
    pick(of, rng).map(|word| (*word).to_owned()).unwrap_or_default()
}

/// A name for an element beside others: that of another, one like it, or an unrelated one.
pub(super) fn name(others: &[String], rng: &mut Rng) -> String {
    let other = pick(others, rng).cloned().unwrap_or_default();
    match rng.u8(..3) {
        0 => other,
        1 => name_like(&other, one_of(&NAMES, rng), rng),
        _ => any_name(rng),
    }
}

/// A legal name, or a malformed one.
pub(super) fn any_name(rng: &mut Rng) -> String {
    if rng.u8(..3) == 0 { word(MALFORMED_NAMES, rng) } else { word(&NAMES, rng) }
}

impl Draft {
    /// A file, more often than not one that is to be generated.
    pub(super) fn file(&mut self, rng: &mut Rng) -> Option<&mut FileDescriptor> {
        if rng.u8(..4) == 0 {
            return pick_mut(&mut self.files, rng);
        }
        let wanted = &self.request.file_to_generate;
        let mut asked: Vec<_> = self.files.iter_mut().filter(|file| wanted.contains(&file.name)).collect();
        if asked.is_empty() { None } else { Some(asked.swap_remove(rng.usize(..asked.len()))) }
    }

    /// A message of a file, nested or not.
    pub(super) fn message(&mut self, rng: &mut Rng) -> Option<&mut MessageDescriptor> {
        let mut message = pick_mut(&mut self.file(rng)?.message_type, rng)?;
        while !message.nested_type.is_empty() && rng.bool() {
            message = pick_mut(&mut message.nested_type, rng)?;
        }
        Some(message)
    }

    /// A message with a map.
    pub(super) fn map(&mut self, rng: &mut Rng) -> Option<&mut MessageDescriptor> {
        let file = self.file(rng)?;
        let has_map = |message: &&mut MessageDescriptor| message.nested_type.iter().any(is_entry);
        let mut messages: Vec<_> = file.message_type.iter_mut().filter(has_map).collect();
        if messages.is_empty() { None } else { Some(messages.swap_remove(rng.usize(..messages.len()))) }
    }

    /// A field of a message.
    pub(super) fn field(&mut self, rng: &mut Rng) -> Option<&mut FieldDescriptor> {
        pick_mut(&mut self.message(rng)?.field, rng)
    }

    /// An enum of a file or of a message.
    pub(super) fn enumeration(&mut self, rng: &mut Rng) -> Option<&mut EnumDescriptor> {
        if rng.bool() {
            return pick_mut(&mut self.message(rng)?.enum_type, rng);
        }
        pick_mut(&mut self.file(rng)?.enum_type, rng)
    }

    /// A service.
    pub(super) fn service(&mut self, rng: &mut Rng) -> Option<&mut ServiceDescriptor> {
        pick_mut(&mut self.file(rng)?.service, rng)
    }

    /// A method of a service.
    pub(super) fn method(&mut self, rng: &mut Rng) -> Option<&mut MethodDescriptor> {
        pick_mut(&mut self.service(rng)?.method, rng)
    }

    /// The full name of a type: of one that is declared, mostly.
    pub(super) fn type_name(&self, rng: &mut Rng) -> String {
        let mut names = Vec::new();
        for file in &self.files {
            let outer = if file.package.is_empty() { String::new() } else { format!(".{}", file.package) };
            file.message_type.iter().for_each(|message| collect(&outer, message, &mut names));
            names.extend(file.enum_type.iter().map(|item| format!("{outer}.{}", item.name)));
        }
        if rng.u8(..5) == 0 { word(TYPES, rng) } else { pick(&names, rng).cloned().unwrap_or_default() }
    }
}

/// Whether a message is that of the entries of a map.
pub(super) fn is_entry(message: &MessageDescriptor) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry)
}

fn collect(outer: &str, message: &MessageDescriptor, names: &mut Vec<String>) {
    let name = format!("{outer}.{}", message.name);
    message.nested_type.iter().for_each(|nested| collect(&name, nested, names));
    names.extend(message.enum_type.iter().map(|item| format!("{name}.{}", item.name)));
    names.push(name);
}
