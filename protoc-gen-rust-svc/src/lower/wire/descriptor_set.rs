//! Descriptors for server reflection.

use std::collections::{BTreeSet, HashMap, HashSet};

use prost::Message as _;

use crate::read::{Canonical, File, Input, descriptor::FileDescriptorSet};

/// Encodes the generated files and their imports, without comments and positions, which a server does not need.
pub(crate) fn descriptor_set(input: &Input, generated: &BTreeSet<String>) -> Vec<u8> {
    let by_name: HashMap<&str, &File> = input.files.iter().map(|file| (file.descriptor.name.as_str(), file)).collect();
    let mut wanted: HashSet<&str> = HashSet::new();
    let mut todo: Vec<&str> = generated.iter().map(String::as_str).collect();
    while let Some(name) = todo.pop() {
        if wanted.insert(name) {
            let imports = by_name.get(name).into_iter().flat_map(|file| &file.descriptor.dependency);
            todo.extend(imports.map(String::as_str));
        }
    }
    let is_wanted = |file: &&File| wanted.contains(file.descriptor.name.as_str());
    let mut files: Vec<_> = input.files.iter().filter(is_wanted).collect();
    files.sort_by(|one, other| one.descriptor.name.cmp(&other.descriptor.name));
    let canonical = Canonical::new(input);
    let file = files.into_iter().map(|file| canonical.file(&file.descriptor.name, &file.bytes));
    FileDescriptorSet { file: file.collect() }.encode_to_vec()
}
