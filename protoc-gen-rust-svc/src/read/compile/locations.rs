//! The locations of the elements of a file. prost-reflect does not get them, because it searches all of them for each option
//! and for each error.

use std::collections::HashMap;

use prost::Message as _;
use prost_reflect::{DescriptorPool, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use prost_types::{DescriptorProto, FileDescriptorProto, SourceCodeInfo, uninterpreted_option::NamePart};

use super::{
    elements::{FILE_MESSAGE, MESSAGE_NESTED, UNINTERPRETED, index},
    relax::each_option,
};
use crate::names::full_name;

/// The locations of a parsed file, and its options by name.
pub(super) struct FileLocations {
    info: SourceCodeInfo,
    /// The options of each element, with their path.
    options: Vec<(Vec<i32>, Vec<Vec<NamePart>>)>,
}

impl FileLocations {
    /// Takes the locations out of a parsed file.
    pub(super) fn take(file: &mut FileDescriptorProto) -> Self {
        let (info, mut options) = (file.source_code_info.take().unwrap_or_default(), Vec::new());
        each_option(file, &mut |path, found| {
            let names = found.iter().map(|option| option.name.clone()).collect();
            options.push((path.to_vec(), names));
        });
        Self { info, options }
    }

    /// At most some locations, from that of an element on.
    pub(super) fn part(&self, path: &[i32], most: usize) -> SourceCodeInfo {
        let first = self.info.location.iter().position(|location| location.path == path).unwrap_or_default();
        SourceCodeInfo { location: self.info.location.iter().skip(first).take(most).cloned().collect() }
    }

    /// Adds the locations to a linked and encoded file. Their paths have the numbers of options in place of their names.
    pub(super) fn append(mut self, file: &FileDescriptorProto, pool: &DescriptorPool, encoded: &mut Vec<u8>) {
        let numbers = self.numbers(file, pool);
        for location in &mut self.info.location {
            let ends = (2..=location.path.len()).filter(|end| location.path[end - 2] == UNINTERPRETED);
            let found = ends.filter_map(|end| Some((end, numbers.get(&location.path[..end])?))).next();
            if let Some((end, numbers)) = found {
                location.path.splice(end - 2..end, numbers.iter().copied());
            }
        }
        let locations = FileDescriptorProto { source_code_info: Some(self.info), ..FileDescriptorProto::default() };
        encoded.extend(locations.encode_to_vec());
    }

    /// The numbers of each option, by its path as an uninterpreted one.
    fn numbers(&self, file: &FileDescriptorProto, pool: &DescriptorPool) -> HashMap<Vec<i32>, Vec<i32>> {
        let mut numbers = HashMap::new();
        for (path, options) in self.options.iter().filter(|(_, options)| !options.is_empty()) {
            let Some(message) = options_message(path, pool) else { continue };
            let (scope, mut counts) = (scope(file, path), HashMap::new());
            for (position, names) in options.iter().enumerate() {
                let found = OptionNames { pool, scope: &scope }.numbers(message.clone(), names, &mut counts);
                let path = [&path[..], &[UNINTERPRETED, index(position)]].concat();
                numbers.extend(found.map(|found| (path, found)));
            }
        }
        numbers
    }
}

/// The message of the options at a path.
fn options_message(path: &[i32], pool: &DescriptorPool) -> Option<MessageDescriptor> {
    let element = path.chunks_exact(2).fold("File", |outer, pair| match (outer, pair[0]) {
        ("File", 4) | ("Message", 3) => "Message",
        ("File", 5) | ("Message", 4) => "Enum",
        ("Message", 5) => "ExtensionRange",
        ("Message", 8) => "Oneof",
        ("Enum", 2) => "EnumValue",
        ("File", 6) => "Service",
        ("Service", 2) => "Method",
        _ => "Field",
    });
    let name = format!("google.protobuf.{element}Options");
    pool.get_message_by_name(&name).or_else(|| DescriptorPool::global().get_message_by_name(&name))
}

/// The name of the innermost message around an element, or of the package.
fn scope(file: &FileDescriptorProto, path: &[i32]) -> String {
    let (mut scope, mut messages, mut number) = (file.package().to_owned(), &file.message_type, FILE_MESSAGE);
    for pair in path.chunks_exact(2) {
        let message: Option<&DescriptorProto> = usize::try_from(pair[1]).ok().and_then(|index| messages.get(index));
        let Some(message) = message.filter(|_| pair[0] == number) else { break };
        scope = full_name(&scope, message.name());
        (messages, number) = (&message.nested_type, MESSAGE_NESTED);
    }
    scope
}

/// Resolves the names of options that are known to be valid.
struct OptionNames<'a> {
    pool: &'a DescriptorPool,
    scope: &'a str,
}

impl OptionNames<'_> {
    /// The numbers of the fields that a name consists of. A repeated field has its index behind them; `counts` has the next ones.
    fn numbers(
        &self,
        mut message: MessageDescriptor,
        names: &[NamePart],
        counts: &mut HashMap<Vec<i32>, i32>,
    ) -> Option<Vec<i32>> {
        let (mut numbers, mut is_repeated) = (Vec::new(), false);
        for (position, name) in names.iter().enumerate() {
            let field = self.field(&message, name)?;
            numbers.push(i32::try_from(field.number).ok()?);
            is_repeated = field.is_repeated;
            if position + 1 < names.len() {
                message = field.kind.as_message()?.clone();
            }
        }
        if is_repeated {
            let next = counts.entry(numbers.clone()).or_default();
            numbers.push(*next);
            *next += 1;
        }
        Some(numbers)
    }

    fn field(&self, message: &MessageDescriptor, name: &NamePart) -> Option<OptionField> {
        match name.is_extension {
            true => Some(self.extension(&name.name_part)?.into()),
            false => Some(message.get_field_by_name(&name.name_part)?.into()),
        }
    }

    /// An extension, by a name that is relative to the scope or one around it.
    fn extension(&self, name: &str) -> Option<ExtensionDescriptor> {
        if let Some(full) = name.strip_prefix('.') {
            return self.pool.get_extension_by_name(full);
        }
        let scopes = std::iter::successors(Some(self.scope), |scope| {
            (!scope.is_empty()).then(|| scope.rsplit_once('.').map_or("", |(outer, _)| outer))
        });
        scopes.map(|scope| full_name(scope, name)).find_map(|full| self.pool.get_extension_by_name(&full))
    }
}

/// A field or an extension that sets an option.
struct OptionField {
    number: u32,
    kind: Kind,
    is_repeated: bool,
}

impl From<FieldDescriptor> for OptionField {
    fn from(field: FieldDescriptor) -> Self {
        Self { number: field.number(), kind: field.kind(), is_repeated: field.is_list() }
    }
}

impl From<ExtensionDescriptor> for OptionField {
    fn from(field: ExtensionDescriptor) -> Self {
        Self { number: field.number(), kind: field.kind(), is_repeated: field.is_list() }
    }
}
