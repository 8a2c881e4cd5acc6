//! Options that need no other file to be rejected.

use prost_types::{FileDescriptorProto, UninterpretedOption};

use crate::{
    diagnostics::Problem,
    read::compile::{
        paths::{UNINTERPRETED, index, position},
        relax::each_option,
    },
};

/// Checks the options of a parsed file.
pub(super) fn check(file: &mut FileDescriptorProto) -> Vec<Problem> {
    let mut found: Vec<(Vec<i32>, Problem)> = Vec::new();
    each_option(file, &mut |path, options| {
        for (number, option) in options.iter().enumerate() {
            let path = || [path, &[UNINTERPRETED, index(number)]].concat();
            found.extend(problem(option).map(|problem| (path(), problem)));
        }
    });
    found.into_iter().map(|(path, problem)| Problem { position: position(file, &path), ..problem }).collect()
}

fn problem(option: &UninterpretedOption) -> Option<Problem> {
    let first = option.name.first().filter(|part| !part.is_extension)?;
    match first.name_part.as_str() {
        "features" => {
            let message = "features in a file without an edition".to_owned();
            Some(Problem::uncoded(message, "remove the option, or replace `syntax` by `edition = \"2023\"`"))
        }
        "uninterpreted_option" => {
            let message = "option `uninterpreted_option` is reserved".to_owned();
            Some(Problem::uncoded(message, "remove it"))
        }
        _ => None,
    }
}
