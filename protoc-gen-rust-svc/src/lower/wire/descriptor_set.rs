//! Descriptors for server reflection.

use std::collections::{HashMap, HashSet};

use prost::Message as _;

use crate::{
    model::Package,
    read::{Canonical, File, Input, descriptor::FileDescriptorSet},
};

/// The input of descriptor sets.
pub(crate) struct DescriptorSets<'a> {
    files: HashMap<&'a str, &'a File>,
    canonical: Canonical,
}

impl<'a> DescriptorSets<'a> {
    pub(crate) fn new(input: &'a Input) -> Self {
        let files = input.files.iter().map(|file| (file.descriptor.name.as_str(), file));
        Self { files: files.collect(), canonical: Canonical::new(input) }
    }

    /// Encodes the files of packages and their imports, without comments and positions, which a server does not need.
    pub(crate) fn of(&self, packages: &[&Package]) -> Vec<u8> {
        let mut wanted: HashSet<&str> = HashSet::new();
        let mut todo: Vec<&str> = packages.iter().flat_map(|package| &package.files).map(String::as_str).collect();
        while let Some(name) = todo.pop() {
            if wanted.insert(name) {
                let imports = self.files.get(name).into_iter().flat_map(|file| &file.descriptor.dependency);
                todo.extend(imports.map(String::as_str));
            }
        }
        let mut files: Vec<_> = wanted.into_iter().filter_map(|name| self.files.get(name)).collect();
        files.sort_by(|one, other| one.descriptor.name.cmp(&other.descriptor.name));
        let file = files.into_iter().map(|file| self.canonical.file(&file.descriptor.name, &file.bytes));
        FileDescriptorSet { file: file.collect() }.encode_to_vec()
    }
}
