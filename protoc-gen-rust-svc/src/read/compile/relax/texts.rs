//! Standard options that are not UTF-8, which protox rejects. The generator does not need them.

use prost_types::{FileDescriptorProto, UninterpretedOption, source_code_info::Location};

use crate::read::compile::elements::{FILE_OPTIONS, UNINTERPRETED, index};

const TEXTS: &[&str] = &[
    "java_package",
    "java_outer_classname",
    "go_package",
    "objc_class_prefix",
    "csharp_namespace",
    "swift_prefix",
    "php_class_prefix",
    "php_namespace",
    "php_metadata_namespace",
    "ruby_package",
];

/// Removes texts of a file that are not UTF-8.
pub(super) fn drop_unreadable(file: &mut FileDescriptorProto) {
    let Some(options) = file.options.as_mut().map(|options| &mut options.uninterpreted_option) else { return };
    let is_unique = |options: &[UninterpretedOption], option: &UninterpretedOption| {
        options.iter().filter(|other| other.name == option.name).count() == 1
    };
    while let Some(found) = options.iter().position(|option| is_unreadable(option) && is_unique(options, option)) {
        options.remove(found);
        let locations = file.source_code_info.iter_mut().map(|info| &mut info.location);
        locations.for_each(|locations| remove(locations, index(found)));
    }
}

fn is_unreadable(option: &UninterpretedOption) -> bool {
    let is_text = matches!(&option.name[..], [part] if !part.is_extension && TEXTS.contains(&part.name_part.as_str()));
    is_text && option.string_value.as_deref().is_some_and(|text| str::from_utf8(text).is_err())
}

/// Removes the locations of an option, and renumbers those of later options.
fn remove(locations: &mut Vec<Location>, removed: i32) {
    let number = |location: &Location| match location.path[..] {
        [FILE_OPTIONS, UNINTERPRETED, number, ..] => Some(number),
        _ => None,
    };
    locations.retain(|location| number(location) != Some(removed));
    let later = locations.iter_mut().filter(|location| number(location).is_some_and(|number| number > removed));
    later.for_each(|location| location.path[2] -= 1);
}
