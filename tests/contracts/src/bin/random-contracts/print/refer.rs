//! References to types: with a leading dot, or as short as the scope allows.

use std::collections::HashSet;

use super::Print;
use crate::contract::{Contract, Extend, within};

pub(super) type Names = HashSet<String>;

/// Words that begin a statement, so that a type with such a name needs a leading dot.
const WORDS: &[&str] = &[
    "double",
    "float",
    "int32",
    "int64",
    "uint32",
    "uint64",
    "sint32",
    "sint64",
    "fixed32",
    "fixed64",
    "sfixed32",
    "sfixed64",
    "bool",
    "string",
    "bytes",
    "group",
    "message",
    "enum",
    "oneof",
    "map",
    "reserved",
    "extensions",
    "option",
    "extend",
    "optional",
    "required",
    "repeated",
    "stream",
    "export",
    "local",
    "rpc",
    "service",
    "import",
    "package",
    "max",
    "to",
];

/// The full names of all elements and of their packages.
pub(super) fn names(contract: &Contract) -> Names {
    let mut names = Names::new();
    for message in &contract.messages {
        names.insert(message.full.clone());
        let fields = message.fields.iter().map(|field| &field.name);
        names.extend(fields.chain(&message.oneofs).map(|name| within(&message.full, name)));
        names.extend(extensions(&message.full, &message.extends));
    }
    for item in &contract.enums {
        let outer = contract.scope(item.place);
        names.insert(item.full.clone());
        names.extend(item.values.iter().map(|value| within(outer, &value.name)));
    }
    for file in &contract.files {
        for service in &file.services {
            let full = within(&file.package, &service.name);
            names.extend(service.rpcs.iter().map(|rpc| within(&full, &rpc.name)));
            names.insert(full);
        }
        names.extend(extensions(&file.package, &file.extends));
        names.extend(packages(&file.package));
    }
    names.extend(packages("google.protobuf"));
    names.extend(packages("google.api"));
    names.extend(packages("rust_svc.v1"));
    names.extend(packages("custom.options"));
    names
}

fn extensions(scope: &str, extends: &[Extend]) -> impl Iterator<Item = String> {
    extends.iter().flat_map(|extend| &extend.fields).map(move |field| within(scope, &field.name))
}

/// A package and its outer packages.
fn packages(package: &str) -> impl Iterator<Item = String> {
    package.match_indices('.').map(|(dot, _)| package[..dot].to_owned()).chain([package.to_owned()])
}

impl Print<'_> {
    /// A reference to a type within a scope.
    pub(super) fn refer(&mut self, scope: &str, full: &str) -> String {
        let dots = full.match_indices('.').map(|(dot, _)| dot + 1);
        let starts: Vec<_> = dots.chain([0]).filter(|start| self.means(scope, &full[*start..], full)).collect();
        match starts.is_empty() || self.rng.u32(..10) < 4 {
            true => format!(".{full}"),
            false => full[starts[self.rng.usize(..starts.len())]..].to_owned(),
        }
    }

    /// Whether a name without a leading dot resolves to a type. Its first segment is looked up from the inside out.
    fn means(&self, scope: &str, name: &str, full: &str) -> bool {
        let first = name.split('.').next().unwrap_or_default();
        let root = &full[..full.len() - name.len() + first.len()];
        let mut outer = scope;
        while !outer.is_empty() {
            let found = within(outer, first);
            if self.names.contains(&found) {
                return found == root && !WORDS.contains(&first);
            }
            outer = outer.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        root == first && !WORDS.contains(&first)
    }
}
