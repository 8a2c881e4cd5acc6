//! Which file declares a type, and which files a file refers to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::full_name;
use crate::read::{
    Input,
    descriptor::{FileDescriptor, MessageDescriptor},
};

/// Adds the files that the given ones use, transitively.
pub(super) fn with_dependencies(input: &Input, owners: &Owners, mut files: BTreeSet<String>) -> BTreeSet<String> {
    let by_name: HashMap<&str, &FileDescriptor> =
        input.files.iter().map(|file| (file.descriptor.name.as_str(), &file.descriptor)).collect();
    let mut todo: Vec<String> = files.iter().cloned().collect();
    while let Some(name) = todo.pop() {
        let owners: BTreeSet<_> = by_name
            .get(name.as_str())
            .map(|file| references(file))
            .unwrap_or_default()
            .into_iter()
            .filter_map(|name| owners.of(name))
            .collect();
        for file in owners.into_iter().map(|index| &input.files[index].descriptor.name) {
            if files.insert(file.clone()) {
                todo.push(file.clone());
            }
        }
    }
    files
}

/// The index of the file that declares each top-level type.
pub(crate) struct Owners(BTreeMap<String, usize>);

impl Owners {
    pub(super) fn new(input: &Input) -> Self {
        let mut owners = BTreeMap::new();
        for (index, file) in input.files.iter().enumerate() {
            let descriptor = &file.descriptor;
            let messages = descriptor.message_type.iter().map(|message| &message.name);
            for name in messages.chain(descriptor.enum_type.iter().map(|item| &item.name)) {
                owners.insert(full_name(&descriptor.package, name), index);
            }
        }
        Self(owners)
    }

    /// The index of the file that declares a type.
    pub(crate) fn of(&self, name: &str) -> Option<usize> {
        let mut ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        ends.find_map(|end| self.0.get(&name[..end])).copied()
    }
}

/// The types that a file uses.
fn references(file: &FileDescriptor) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    file.message_type.iter().for_each(|message| message_references(message, &mut names));
    for method in file.service.iter().flat_map(|service| &service.method) {
        names.extend([method.input_type.as_str(), method.output_type.as_str()]);
    }
    names.into_iter().map(|name| name.trim_start_matches('.')).collect()
}

fn message_references<'a>(message: &'a MessageDescriptor, names: &mut BTreeSet<&'a str>) {
    names.extend(message.field.iter().map(|field| field.type_name.as_str()));
    message.nested_type.iter().for_each(|nested| message_references(nested, names));
}
