//! An index of descriptor files by their names and by the symbols that they declare.

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

/// The names of the files that were sent on a stream.
pub(super) type SentFiles = BTreeSet<String>;

/// Descriptor files by name, symbol and extension.
#[derive(Debug, Default)]
pub(super) struct DescriptorIndex {
    named: BTreeMap<String, Arc<DescriptorFile>>,
    symbols: BTreeMap<String, Arc<DescriptorFile>>,
    /// The files that declare the extensions of each message, by number.
    extensions: BTreeMap<String, BTreeMap<i32, Arc<DescriptorFile>>>,
}

/// An encoded file. Encoding it again would lose options that only its users know.
#[derive(Debug)]
pub(super) struct DescriptorFile {
    name: String,
    encoded: Bytes,
    imports: Vec<String>,
}

/// A `google.protobuf.FileDescriptorSet` whose files stay encoded.
#[derive(Clone, PartialEq, Message)]
struct EncodedFileSet {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    files: Vec<Bytes>,
}

impl DescriptorIndex {
    /// Adds the files of a `FileDescriptorSet`. The first file with a name, and the first declaration of a symbol, win.
    pub(super) fn add(&mut self, set: Bytes) -> Result<()> {
        let set = EncodedFileSet::decode(set).map_err(invalid_descriptors)?;
        set.files.into_iter().try_for_each(|encoded| self.add_file(encoded))
    }

    fn add_file(&mut self, encoded: Bytes) -> Result<()> {
        let file = FileDescriptorProto::decode(encoded.clone()).map_err(invalid_descriptors)?;
        let declared = Declarations::of(&file);
        let FileDescriptorProto { name: Some(name), dependency: imports, .. } = file else { return Err(unnamed()) };
        if declared.has_unnamed() {
            return Err(unnamed());
        }
        if !self.named.contains_key(&name) {
            self.index(declared, &Arc::new(DescriptorFile { name, encoded, imports }));
        }
        Ok(())
    }

    fn index(&mut self, declared: Declarations, file: &Arc<DescriptorFile>) {
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

    /// Finds a file by its name.
    pub(super) fn by_name(&self, name: &str) -> Option<&DescriptorFile> {
        self.named.get(name).map(|file| &**file)
    }

    /// Finds the file that declares the symbol with this full name.
    pub(super) fn by_symbol(&self, symbol: &str) -> Option<&DescriptorFile> {
        self.symbols.get(symbol).map(|file| &**file)
    }

    /// Finds the file that declares this extension of a message.
    pub(super) fn by_extension(&self, message: &str, number: i32) -> Option<&DescriptorFile> {
        self.extensions.get(message)?.get(&number).map(|file| &**file)
    }

    /// Returns the numbers of all extensions of a message; `None` if the message is unknown.
    pub(super) fn extension_numbers(&self, message: &str) -> Option<impl Iterator<Item = i32>> {
        self.extensions.get(message).map(|extensions| extensions.keys().copied())
    }

    /// Returns a file and its transitive imports that were not sent yet, encoded. Unknown imports are skipped.
    pub(super) fn with_imports(&self, file: &DescriptorFile, sent: &mut SentFiles) -> Vec<Vec<u8>> {
        sent.insert(file.name.clone());
        let mut files = vec![file];
        let mut followed = 0;
        while let Some(file) = files.get(followed) {
            let imports = file.imports.iter().filter_map(|name| self.by_name(name));
            // A file that was sent was sent with its imports.
            let new: Vec<_> = imports.filter(|import| sent.insert(import.name.clone())).collect();
            files.extend(new);
            followed += 1;
        }
        files.iter().map(|file| file.encoded.to_vec()).collect()
    }
}

/// The declarations of a file, by full names.
#[derive(Default)]
struct Declarations {
    symbols: Vec<String>,
    messages: Vec<String>,
    /// The extended messages, with the numbers of the extensions.
    extensions: Vec<(String, i32)>,
}

impl Declarations {
    fn of(file: &FileDescriptorProto) -> Self {
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

    /// Enum values are siblings of their enum.
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

    /// Adds a symbol, and returns its full name.
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
    invalid_descriptors("something in them has no name")
}

/// Returns the error for invalid descriptors.
pub(super) fn invalid_descriptors(source: impl Into<BoxError>) -> Error {
    Error::invalid_argument("the descriptors for reflection are not a google.protobuf.FileDescriptorSet")
        .with_source(source)
}
