//! Options that need no other file to be rejected.

use std::collections::HashSet;

use prost_types::{FileDescriptorProto, UninterpretedOption};

use crate::{
    diagnostics::Problem,
    read::compile::{
        elements::{ElementMut, FIELD_OPTIONS, Found, MESSAGE_FIELD, UNINTERPRETED, index, walk},
        relax::each_option,
    },
};

/// Checks the options of a parsed file.
pub(super) fn check(file: &mut FileDescriptorProto) -> Vec<Found> {
    let mut found = Vec::new();
    each_option(file, &mut |path, options| {
        for (number, option) in options.iter().enumerate() {
            let path = || [path, &[UNINTERPRETED, index(number)]].concat();
            found.extend(problem(option).map(|problem| (path(), problem)));
        }
    });
    found.extend(shadowed(file));
    found
}

/// Reports extensions in options of a field that another field of its message hides: protoc looks there first.
fn shadowed(file: &mut FileDescriptorProto) -> Vec<Found> {
    let mut found = Vec::new();
    walk(file, &mut |path, element| {
        let ElementMut::Message(message) = element else { return };
        let names: HashSet<_> = message.field.iter().map(|field| field.name()).collect();
        for (number, field) in message.field.iter().enumerate() {
            let options = field.options.iter().flat_map(|options| &options.uninterpreted_option).enumerate();
            let hidden = options.filter_map(|(option, name)| Some((option, hidden_name(name, &names)?)));
            found.extend(hidden.map(|(option, name)| {
                let below = [MESSAGE_FIELD, index(number), FIELD_OPTIONS, UNINTERPRETED, index(option)];
                let message = format!("`{name}` is a field here, not an extension");
                ([path, &below].concat(), Problem::uncoded(message, "write the full name of the extension"))
            }));
        }
    });
    found
}

fn hidden_name<'a>(option: &'a UninterpretedOption, names: &HashSet<&str>) -> Option<&'a str> {
    let extensions = option.name.iter().filter(|part| part.is_extension).map(|part| part.name_part.as_str());
    extensions.into_iter().find(|name| names.contains(name))
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
