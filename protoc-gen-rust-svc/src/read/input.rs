//! The input of a run: descriptors, and which of them to generate code for.

use prost::{Message, bytes::Bytes};

use super::{
    Source,
    descriptor::{CodeGeneratorRequest, FileDescriptor, FileDescriptorSet},
    raw::split_off_source,
    texts,
};

/// What is to be generated, and from what.
#[derive(Debug, Default)]
pub struct Input {
    /// Every file that is known, each after those that it imports.
    pub files: Vec<File>,
    /// The names of the files to generate code for.
    pub generate: Vec<String>,
    /// The plugin's options, as given.
    pub parameter: String,
    /// Whether the answer may be put together with those of further runs, as buf does.
    pub is_merged: bool,
}

/// A `.proto`, compiled.
#[derive(Debug)]
pub struct File {
    /// What it declares.
    pub descriptor: FileDescriptor,
    /// Where, and with what comments.
    pub source: Source,
    /// The same, undecoded.
    pub bytes: Bytes,
    /// Where a text in it is not UTF-8, by the numbers of `descriptor.proto`: then only its name is known.
    pub broken: Option<Vec<i32>>,
}

/// Bytes that are not what they should be: the fault of a program, not of a `.proto`.
#[derive(Debug)]
pub struct Malformed(String);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl Input {
    /// Reads what protoc or buf sends to a plugin.
    pub fn from_request(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.is_empty() {
            return Err(Malformed("the request is empty: this is a protoc plugin, see --help".to_owned()));
        }
        let what = "the request is not a CodeGeneratorRequest";
        let request = CodeGeneratorRequest::decode(bytes).map_err(|error| malformed(what, error))?;
        let parameter = request.parameter.unwrap_or_default();
        let is_merged = request.compiler_version.is_none();
        Ok(Self { files: files(request.proto_file)?, generate: request.file_to_generate, parameter, is_merged })
    }

    /// Reads a set of descriptors, such as `protoc --descriptor_set_out` writes, to generate code for `generate`, or for
    /// every file if that is empty.
    pub fn from_descriptor_set(bytes: &[u8], generate: Vec<String>) -> Result<Self, Malformed> {
        let what = "the file is not a FileDescriptorSet";
        let set = FileDescriptorSet::decode(bytes).map_err(|error| malformed(what, error))?;
        let files = files(set.file)?;
        if files.is_empty() {
            return Err(Malformed("there are no descriptors in the file".to_owned()));
        }
        let all = || files.iter().map(|file| file.descriptor.name.clone()).collect();
        let generate = if generate.is_empty() { all() } else { generate };
        Ok(Self { files, generate, parameter: String::new(), is_merged: false })
    }
}

fn files(files: Vec<Bytes>) -> Result<Vec<File>, Malformed> {
    files.into_iter().map(file).collect()
}

fn file(bytes: Bytes) -> Result<File, Malformed> {
    let (plain, source) = split_off_source(&bytes).unwrap_or_else(|| (bytes.clone(), Bytes::new()));
    let (descriptor, broken) = match FileDescriptor::decode(plain.clone()) {
        Ok(descriptor) => (descriptor, None),
        Err(error) => match texts::broken(&plain) {
            None => return Err(malformed("a file is not a FileDescriptorProto", error)),
            place => (FileDescriptor { name: texts::name(&plain), ..FileDescriptor::default() }, place),
        },
    };
    let source = Source::new(&descriptor.name, source);
    Ok(File { descriptor, source, bytes, broken })
}

fn malformed(what: &str, error: prost::DecodeError) -> Malformed {
    Malformed(format!("{what}: {error}"))
}
