//! The files of descriptors, and what each declares.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use prost::Message;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto,
};

use crate::{Error, Result, error::BoxError};

/// The names of the files that a caller has.
pub(super) type Sent = BTreeSet<String>;

/// The files of descriptors by their names, and by what they declare.
#[derive(Debug, Default)]
pub(super) struct Files {
    named: BTreeMap<String, Arc<File>>,
    symbols: BTreeMap<String, Arc<File>>,
    /// The extensions of each message by their numbers.
    extensions: BTreeMap<String, BTreeMap<i32, Arc<File>>>,
}

/// A file as it is encoded, with the options that only others know.
#[derive(Debug)]
pub(super) struct File {
    name: String,
    encoded: Bytes,
    imports: Vec<String>,
}

/// A `FileDescriptorSet` whose files stay as they are encoded.
#[derive(Clone, PartialEq, Message)]
struct Encoded {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    files: Vec<Bytes>,
}

impl Files {
    /// Adds the files of a `FileDescriptorSet`. Of two with one name, or that declare the same, the first counts.
    pub(super) fn add(&mut self, set: Bytes) -> Result<()> {
        let set = Encoded::decode(set).map_err(unreadable)?;
        set.files.into_iter().try_for_each(|encoded| self.add_file(encoded))
    }

    fn add_file(&mut self, encoded: Bytes) -> Result<()> {
        let file = FileDescriptorProto::decode(encoded.clone()).map_err(unreadable)?;
        let declared = Declared::by(&file);
        let FileDescriptorProto { name: Some(name), dependency: imports, .. } = file else { return Err(unnamed()) };
        if declared.has_unnamed() {
            return Err(unnamed());
        }
        if !self.named.contains_key(&name) {
            self.index(declared, &Arc::new(File { name, encoded, imports }));
        }
        Ok(())
    }

    fn index(&mut self, declared: Declared, file: &Arc<File>) {
        self.named.insert(file.name.clone(), file.clone());
        for symbol in declared.symbols {
            self.symbols.entry(symbol).or_insert_with(|| file.clone());
        }
        for message in declared.messages {
            self.extensions.entry(message).or_default();
        }
        for (message, number) in declared.extensions {
            self.extensions.entry(message).or_default().entry(number).or_insert_with(|| file.clone());
        }
    }

    pub(super) fn named(&self, name: &str) -> Option<&File> {
        self.named.get(name).map(|file| &**file)
    }

    /// The file that declares what has this full name.
    pub(super) fn declaring(&self, symbol: &str) -> Option<&File> {
        self.symbols.get(symbol).map(|file| &**file)
    }

    /// The file that declares this extension of a message.
    pub(super) fn extending(&self, message: &str, number: i32) -> Option<&File> {
        self.extensions.get(message)?.get(&number).map(|file| &**file)
    }

    /// The numbers of all extensions of a message, if there is such a message.
    pub(super) fn extension_numbers(&self, message: &str) -> Option<impl Iterator<Item = i32>> {
        self.extensions.get(message).map(|extensions| extensions.keys().copied())
    }

    /// A file, and what it imports, directly or not, that the caller does not have. Imports that are not there are left
    /// out.
    pub(super) fn with_imports(&self, file: &File, sent: &mut Sent) -> Vec<Vec<u8>> {
        sent.insert(file.name.clone());
        let mut files = vec![file];
        let mut followed = 0;
        while let Some(file) = files.get(followed) {
            let imports = file.imports.iter().filter_map(|name| self.named(name));
            // Who has a file has what it imports.
            let new: Vec<_> = imports.filter(|import| sent.insert(import.name.clone())).collect();
            files.extend(new);
            followed += 1;
        }
        files.iter().map(|file| file.encoded.to_vec()).collect()
    }
}

/// What a file declares, by full names.
#[derive(Default)]
struct Declared {
    symbols: Vec<String>,
    messages: Vec<String>,
    /// Messages and the numbers of their extensions.
    extensions: Vec<(String, i32)>,
}

impl Declared {
    fn by(file: &FileDescriptorProto) -> Self {
        let (mut declared, scope) = (Self::default(), file.package());
        file.message_type.iter().for_each(|message| declared.message(scope, message));
        file.enum_type.iter().for_each(|it| declared.enumeration(scope, it));
        file.extension.iter().for_each(|extension| declared.extension(scope, extension));
        file.service.iter().for_each(|service| declared.service(scope, service));
        declared
    }

    fn message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = self.symbol(scope, message.name());
        message.field.iter().for_each(|field| _ = self.symbol(&name, field.name()));
        message.oneof_decl.iter().for_each(|oneof| _ = self.symbol(&name, oneof.name()));
        message.nested_type.iter().for_each(|message| self.message(&name, message));
        message.enum_type.iter().for_each(|it| self.enumeration(&name, it));
        message.extension.iter().for_each(|extension| self.extension(&name, extension));
        self.messages.push(name);
    }

    /// The values of an enum are named as if they stood beside it.
    fn enumeration(&mut self, scope: &str, enumeration: &EnumDescriptorProto) {
        self.symbol(scope, enumeration.name());
        enumeration.value.iter().for_each(|value| _ = self.symbol(scope, value.name()));
    }

    fn extension(&mut self, scope: &str, extension: &FieldDescriptorProto) {
        self.symbol(scope, extension.name());
        let extended = extension.extendee();
        let message = extended.strip_prefix('.').unwrap_or(extended).to_owned();
        self.extensions.push((message, extension.number()));
    }

    fn service(&mut self, scope: &str, service: &ServiceDescriptorProto) {
        let name = self.symbol(scope, service.name());
        service.method.iter().for_each(|method| _ = self.symbol(&name, method.name()));
    }

    /// Notes the full name of something, and gives it.
    fn symbol(&mut self, scope: &str, name: &str) -> String {
        let symbol = if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") };
        self.symbols.push(symbol.clone());
        symbol
    }

    fn has_unnamed(&self) -> bool {
        self.symbols.iter().any(|symbol| symbol.is_empty() || symbol.ends_with('.'))
    }
}

fn unnamed() -> Error {
    unreadable("something in them has no name")
}

fn unreadable(source: impl Into<BoxError>) -> Error {
    Error::invalid_argument("the descriptors for reflection are not a google.protobuf.FileDescriptorSet")
        .with_source(source)
}
