//! All rules, for a parsed file and for linked files.

use std::collections::BTreeMap;

use prost_types::FileDescriptorProto;

use super::{enum_use::enum_uses, extensions, json_names, lite, methods, options, statements, walk};
use crate::{diagnostics::Problem, read::compile::elements::Places};

/// Checks a parsed file.
pub(in super::super) fn check_parsed(file: &mut FileDescriptorProto, places: &Places<'_>) -> Vec<Problem> {
    let found = [options::check(file), json_names::check(file), methods::check(file)].concat();
    let mut problems: Vec<_> = found.into_iter().map(|found| places.locate(found)).collect();
    problems.extend(statements::check(places));
    problems
}

/// Checks linked files, and those that cannot be linked. Files of google.protobuf are valid.
pub(in super::super) fn check(
    linked: &mut [FileDescriptorProto],
    unlinked: &mut [FileDescriptorProto],
    places: &BTreeMap<&str, Places<'_>>,
) -> Vec<Problem> {
    let enums = enum_uses(linked);
    let mut problems = extensions::check(linked, places);
    for (file, is_linked) in
        linked.iter_mut().map(|file| (file, true)).chain(unlinked.iter_mut().map(|file| (file, false)))
    {
        let Some(own) = places.get(file.name()).filter(|_| !file.name().starts_with("google/protobuf/")) else {
            continue;
        };
        let found = walk::check(file, own, &enums, is_linked);
        problems.extend(found.into_iter().map(|found| own.locate(found)));
    }
    problems.extend(lite::check(linked, places));
    problems
}
