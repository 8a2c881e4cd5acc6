//! All rules, for a parsed file and for linked files.

use prost_types::FileDescriptorProto;

use super::{extensions, json_names, lite, methods, options, statements, walk};
use crate::diagnostics::Problem;

/// Checks a parsed file.
pub(in super::super) fn check_parsed(file: &mut FileDescriptorProto, text: &str) -> Vec<Problem> {
    [options::check(file), json_names::check(file), methods::check(file), statements::check(file.name(), text)].concat()
}

/// Checks linked files. Those of google.protobuf are valid.
pub(in super::super) fn check(files: &[FileDescriptorProto]) -> Vec<Problem> {
    let own: Vec<_> = files.iter().filter(|file| !file.name().starts_with("google/protobuf/")).collect();
    let mut problems = walk::check(files, &own);
    problems.extend(extensions::check(files));
    problems.extend(own.iter().flat_map(|file| lite::check(file, files)));
    problems
}
