//! Files for the lite runtime of C++.

use std::collections::{BTreeMap, HashSet};

use prost_types::{FileDescriptorProto, file_options::OptimizeMode};

use crate::{
    diagnostics::Problem,
    read::compile::elements::{FILE_DEPENDENCY, FILE_EXTENSION, Places, index},
};

/// Reports imports of lite files by others, and extensions of other messages in lite files.
pub(super) fn check(files: &[FileDescriptorProto], places: &BTreeMap<&str, Places<'_>>) -> Vec<Problem> {
    let help = "`optimize_for = LITE_RUNTIME` concerns C++ only; use it in all of these files, or in none";
    let lite: HashSet<_> = files.iter().filter(|file| is_lite(file)).map(|file| file.name()).collect();
    let found = |file: &FileDescriptorProto| {
        let places = places.get(file.name());
        let found = of_file(file, files, &lite).into_iter();
        let locate =
            |(path, message): (_, &str)| Some(places?.locate((path, Problem::uncoded(message.to_owned(), help))));
        found.filter_map(locate).collect::<Vec<_>>()
    };
    files.iter().flat_map(found).collect()
}

/// The path and message of each problem of a file.
fn of_file(
    file: &FileDescriptorProto,
    files: &[FileDescriptorProto],
    lite: &HashSet<&str>,
) -> Vec<(Vec<i32>, &'static str)> {
    if is_lite(file) {
        let extended = file.extension.iter().enumerate();
        let wrong = extended.filter(|(_, field)| is_declared_by_other(field.extendee(), files));
        let message = "extension in a lite file of a message that is not lite";
        return wrong.map(|(number, _)| (vec![FILE_EXTENSION, index(number)], message)).collect();
    }
    let imported = file.dependency.iter().enumerate().filter(|(_, name)| lite.contains(name.as_str()));
    imported
        .map(|(number, _)| (vec![FILE_DEPENDENCY, index(number)], "import of a lite file by one that is not lite"))
        .collect()
}

fn is_lite(file: &FileDescriptorProto) -> bool {
    file.options.as_ref().is_some_and(|options| options.optimize_for() == OptimizeMode::LiteRuntime)
}

/// Whether a message is declared in a file that is not lite.
fn is_declared_by_other(name: &str, files: &[FileDescriptorProto]) -> bool {
    let is_below = |file: &&FileDescriptorProto| {
        let rest = name.strip_prefix('.').and_then(|name| name.strip_prefix(file.package()));
        rest.is_some_and(|rest| {
            let first = rest.trim_start_matches('.').split('.').next().unwrap_or_default();
            file.message_type.iter().any(|message| message.name() == first)
        })
    };
    files.iter().find(is_below).is_some_and(|file| !is_lite(file))
}
