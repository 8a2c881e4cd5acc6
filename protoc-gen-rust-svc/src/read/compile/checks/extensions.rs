//! Extensions of one number.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use prost_types::FileDescriptorProto;

use crate::{
    diagnostics::Problem,
    read::compile::elements::{ElementMut, Places, walk},
};

/// Reports extensions of a message with a number that an earlier one has.
pub(super) fn check(files: &mut [FileDescriptorProto], places: &BTreeMap<&str, Places<'_>>) -> Vec<Problem> {
    let mut seen: HashMap<(String, i32), String> = HashMap::new();
    let mut problems = Vec::new();
    for file in files {
        let places = places.get(file.name());
        walk(file, &mut |path, element| {
            let ElementMut::Extension(field) = element else { return };
            match seen.entry((field.extendee().to_owned(), field.number())) {
                Entry::Vacant(vacant) => drop(vacant.insert(field.name().to_owned())),
                Entry::Occupied(first) => {
                    let extendee = field.extendee().trim_start_matches('.');
                    let message = format!("extension {} of `{extendee}` is already `{}`", field.number(), first.get());
                    let problem = Problem::uncoded(message, "use another number");
                    problems.extend(places.map(|places| places.locate((path.to_vec(), problem))));
                }
            }
        });
    }
    problems
}
