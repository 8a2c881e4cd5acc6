//! Descriptors for server reflection.

use std::collections::BTreeSet;

use prost::Message as _;

use crate::read::{Canonical, Input, descriptor::FileDescriptorSet};

/// Encodes the generated files and their imports, without comments and positions, which a server does not need.
pub(crate) fn descriptor_set(input: &Input, generated: &BTreeSet<String>) -> Vec<u8> {
    let mut wanted: Vec<&str> = generated.iter().map(String::as_str).collect();
    let mut index = 0;
    while let Some(name) = wanted.get(index).copied() {
        index += 1;
        let file = input.files.iter().find(|file| file.descriptor.name == name);
        for import in file.iter().flat_map(|file| &file.descriptor.dependency) {
            if !wanted.contains(&import.as_str()) {
                wanted.push(import);
            }
        }
    }
    let mut files: Vec<_> = input.files.iter().filter(|file| wanted.contains(&file.descriptor.name.as_str())).collect();
    files.sort_by(|one, other| one.descriptor.name.cmp(&other.descriptor.name));
    let canonical = Canonical::new(input);
    let file = files.into_iter().map(|file| canonical.file(&file.descriptor.name, &file.bytes));
    FileDescriptorSet { file: file.collect() }.encode_to_vec()
}
