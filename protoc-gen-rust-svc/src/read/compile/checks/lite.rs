//! Files for the lite runtime of C++.

use prost_types::{FileDescriptorProto, file_options::OptimizeMode};

use crate::{
    diagnostics::Problem,
    read::compile::paths::{FILE_DEPENDENCY, FILE_EXTENSION, index, position},
};

/// Reports imports of lite files by others, and extensions of other messages in lite files.
pub(super) fn check(file: &FileDescriptorProto, files: &[FileDescriptorProto]) -> Vec<Problem> {
    let help = "`optimize_for = LITE_RUNTIME` concerns C++ only; use it in all of these files, or in none";
    let problem = |path: &[i32], message: &str| Problem {
        position: position(file, path),
        ..Problem::uncoded(message.to_owned(), help)
    };
    if is_lite(file) {
        let extended =
            file.extension.iter().enumerate().filter(|(_, field)| is_declared_by_other(field.extendee(), files));
        return extended
            .map(|(number, _)| {
                problem(&[FILE_EXTENSION, index(number)], "extension in a lite file of a message that is not lite")
            })
            .collect();
    }
    let imported = file.dependency.iter().enumerate();
    let is_lite = |name: &str| files.iter().any(|file| file.name() == name && is_lite(file));
    let lite = imported.filter(|(_, name)| is_lite(name));
    lite.map(|(number, _)| problem(&[FILE_DEPENDENCY, index(number)], "import of a lite file by one that is not lite"))
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
