//! The names that `.proto` files declare, to suggest one for a misspelled name.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use protox::file::{ChainFileResolver, FileResolver as _};

use super::{
    error::general_help,
    files::{BUILT_IN, with_built_in},
};
use crate::{
    diagnostics::suggest::{self, closest},
    names::full_name,
};

/// The files that every compiler has built in.
const GOOGLE: &[&str] = &[
    "any",
    "api",
    "descriptor",
    "duration",
    "empty",
    "field_mask",
    "source_context",
    "struct",
    "timestamp",
    "type",
    "wrappers",
];

/// The types that need no declaration.
const SCALARS: &[&str] = &[
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes",
];

/// Declared names.
#[derive(Default)]
pub(super) struct Names {
    /// The file of each type, by full name.
    types: BTreeMap<String, String>,
    /// The fields of each message.
    fields: BTreeMap<String, Vec<String>>,
    /// The values of each enum.
    values: BTreeMap<String, Vec<String>>,
    /// The file of each extension, by full name.
    extensions: BTreeMap<String, String>,
    /// The imports of each file, and whether they are public.
    imports: BTreeMap<String, Vec<(String, bool)>>,
    /// The fixes of earlier errors, by message and file: one missing import causes many alike.
    known_helps: RefCell<BTreeMap<(String, String), String>>,
}

impl Names {
    /// Collects the names of files, and of those that every compiler has.
    pub(super) fn new<'a>(files: impl IntoIterator<Item = &'a FileDescriptorProto>) -> Self {
        let mut names = Self::default();
        files.into_iter().for_each(|file| names.add_file(file));
        let google = GOOGLE.iter().map(|name| format!("google/protobuf/{name}.proto"));
        let built_in = with_built_in(ChainFileResolver::new());
        for name in google.chain(BUILT_IN.iter().map(|(name, _)| (*name).to_owned())) {
            if let Ok(file) = built_in.open_file(&name) {
                names.add_file(file.file_descriptor_proto());
            }
        }
        names
    }

    fn add_file(&mut self, file: &FileDescriptorProto) {
        file.message_type.iter().for_each(|message| self.add_message(file, file.package(), message));
        file.enum_type.iter().for_each(|item| self.add_enum(file, file.package(), item));
        self.add_extensions(file, file.package(), &file.extension);
        let is_public =
            |index: usize| file.public_dependency.iter().any(|public| usize::try_from(*public) == Ok(index));
        let imports = file.dependency.iter().enumerate().map(|(index, name)| (name.clone(), is_public(index)));
        self.imports.insert(file.name().to_owned(), imports.collect());
    }

    fn add_message(&mut self, file: &FileDescriptorProto, outer: &str, message: &DescriptorProto) {
        let name = full_name(outer, message.name());
        message.nested_type.iter().for_each(|nested| self.add_message(file, &name, nested));
        message.enum_type.iter().for_each(|item| self.add_enum(file, &name, item));
        self.add_extensions(file, &name, &message.extension);
        self.fields.insert(name.clone(), message.field.iter().map(|field| field.name().to_owned()).collect());
        self.types.insert(name, file.name().to_owned());
    }

    fn add_extensions(&mut self, file: &FileDescriptorProto, outer: &str, extensions: &[FieldDescriptorProto]) {
        let own = extensions.iter().map(|field| (full_name(outer, field.name()), file.name().to_owned()));
        self.extensions.extend(own);
    }

    fn add_enum(&mut self, file: &FileDescriptorProto, outer: &str, item: &EnumDescriptorProto) {
        let name = full_name(outer, item.name());
        self.values.insert(name.clone(), item.value.iter().map(|value| value.name().to_owned()).collect());
        self.types.insert(name, file.name().to_owned());
    }

    /// Suggests a fix for an error of protox in a file.
    pub(super) fn help(&self, message: &str, file: &str) -> String {
        let key = (message.to_owned(), file.to_owned());
        let known = self.known_helps.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let help = self.find_help(message, file);
            self.known_helps.borrow_mut().insert(key, help.clone());
            help
        })
    }

    fn find_help(&self, message: &str, file: &str) -> String {
        let words: Vec<_> = message.split('\'').skip(1).step_by(2).collect();
        match words.as_slice() {
            [name] if message.starts_with("name ") && message.ends_with(" is not defined") => {
                self.type_help(name, file)
            }
            [name] if message.starts_with("unknown option ") => self.option_help(name),
            [kind, _, value] if message.starts_with("expected a value of type ") => self.value_help(kind, value),
            [value, kind] if message.starts_with("value ") => self.value_help(kind, value),
            [field, of] if message.starts_with("unknown option field ") => self.field_help(field, of),
            _ => general_help(message),
        }
    }

    /// A type of the same name elsewhere, or of a similar name.
    fn type_help(&self, name: &str, file: &str) -> String {
        if SCALARS.contains(&name) {
            return "a method takes and returns messages: declare one with a field of this type".to_owned();
        }
        fn last(name: &str) -> &str {
            name.rsplit('.').next().unwrap_or_default()
        }
        if let Some(declaring) = self.extensions.get(name) {
            return format!("`({name})` is declared in {declaring}: import it");
        }
        let same = self.types.iter().find(|(known, _)| *known == name || last(known) == last(name));
        if let Some((known, declaring)) = same {
            return match self.is_visible(file, declaring) {
                true => format!("write its full name: `{known}`"),
                false => format!("`{known}` is declared in {declaring}: import it, and write its full name"),
            };
        }
        let known = || self.types.keys().chain(self.extensions.keys());
        let full: Vec<_> = known().map(String::as_str).collect();
        if let Some(meant) = closest(name, &full).filter(|_| name.contains('.')) {
            return format!("did you mean `{meant}`?");
        }
        let short: Vec<_> = known().map(|known| last(known)).chain(SCALARS.iter().copied()).collect();
        match closest(last(name), &short) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "declare it, or import the file that does".to_owned(),
        }
    }

    /// Whether a file sees the declarations of another one.
    fn is_visible(&self, file: &str, declaring: &str) -> bool {
        let imports = self.imports.get(file).into_iter().flatten().map(|(name, _)| name.as_str());
        let (mut pending, mut seen): (Vec<&str>, BTreeSet<&str>) = (imports.chain([file]).collect(), BTreeSet::new());
        while let Some(next) = pending.pop().filter(|_| !seen.contains(declaring)) {
            if seen.insert(next) {
                let public = self.imports.get(next).into_iter().flatten().filter(|(_, is_public)| *is_public);
                pending.extend(public.map(|(name, _)| name.as_str()));
            }
        }
        seen.contains(declaring)
    }

    /// An option or extension of a similar name.
    fn option_help(&self, name: &str) -> String {
        // Of `(rust_svc.v1.method).timeout`, the field is unknown.
        let name = name.rsplit_once(").").map_or(name, |(_, field)| field);
        let plain = name.trim_matches(['(', ')']);
        let is_option = |(message, _): &(&String, &Vec<String>)| {
            message.starts_with("google.protobuf.") && message.ends_with("Options")
        };
        let standard = self.fields.iter().filter(is_option).flat_map(|(_, fields)| fields);
        let custom = self.fields.iter().filter(|pair| !is_option(pair)).flat_map(|(_, fields)| fields);
        let known: Vec<_> = match name.starts_with('(') {
            true => self.extensions.keys().map(String::as_str).collect(),
            false => standard.chain(custom).map(String::as_str).collect(),
        };
        match closest(plain, &known) {
            Some(meant) if name.starts_with('(') => format!("did you mean `({meant})`?"),
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "import the file that declares it, or check its name".to_owned(),
        }
    }

    fn value_help(&self, kind: &str, value: &str) -> String {
        let kind = kind.trim_start_matches("repeated ");
        let known: Vec<_> = self.values.get(kind).into_iter().flatten().map(String::as_str).collect();
        match kind {
            "bool" => "write true or false".to_owned(),
            "string" | "bytes" => "write it in quotes".to_owned(),
            _ if SCALARS.contains(&kind) => "write a number".to_owned(),
            _ if known.is_empty() => String::new(),
            _ => suggest::field(value, &known, "the values are"),
        }
    }

    fn field_help(&self, field: &str, message: &str) -> String {
        let known: Vec<_> = self.fields.get(message).into_iter().flatten().map(String::as_str).collect();
        if known.is_empty() { String::new() } else { suggest::field(field, &known, "the fields are") }
    }
}
