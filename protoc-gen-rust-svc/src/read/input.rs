//! The input of a run: descriptors, and which of them to generate code for.

use prost::{Message, bytes::Bytes};

use super::{
    Source, SourceFolders,
    descriptor::{CodeGeneratorRequest, FileDescriptor, FileDescriptorSet},
    raw::split_off_source,
    source::TabWidth,
    utf8,
};

/// The start of the names of files that compilers have built in.
const BUILT_IN: &str = "google/protobuf/";

/// The files of a run, and which of them to generate code for.
#[derive(Debug, Default)]
pub struct Input {
    /// All files, each after its imports.
    pub files: Vec<File>,
    /// The names of the files to generate code for.
    pub generate: Vec<String>,
    /// The options of the plugin, unparsed.
    pub parameter: String,
    /// Whether the caller may merge the response with those of other runs, as buf does.
    pub is_merged: bool,
}

/// A compiled `.proto` file.
#[derive(Debug)]
pub struct File {
    /// Its declarations.
    pub descriptor: FileDescriptor,
    /// Positions and comments.
    pub source: Source,
    /// The encoded descriptor.
    pub bytes: Bytes,
    /// The path of a string that is not UTF-8. Only the name of such a file is decoded.
    pub invalid_utf8: Option<Vec<i32>>,
}

/// Malformed bytes: an error of a program, not of a `.proto` file.
#[derive(Debug)]
pub struct Malformed(String);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl Input {
    /// Looks up the texts of all files, which protoc or buf compiled, in folders.
    pub(crate) fn find_texts(&mut self, folders: &SourceFolders) {
        self.add_texts(TabWidth::Eight, |name| folders.texts(name));
    }

    /// Adds the texts of files, so that positions are exact.
    pub(super) fn add_texts<T: Iterator<Item = String>>(&mut self, tab_width: TabWidth, texts: impl Fn(String) -> T) {
        let files = self.files.iter_mut().filter(|file| !file.descriptor.name.starts_with(BUILT_IN));
        files.for_each(|file| file.source.set_text(texts(file.descriptor.name.clone()), tab_width, &file.descriptor));
    }

    /// Decodes the request of protoc or buf.
    pub fn from_request(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.is_empty() {
            return Err(Malformed("empty request; this is a protoc plugin, see --help".to_owned()));
        }
        let what = "the request is not a CodeGeneratorRequest";
        let request = CodeGeneratorRequest::decode(bytes).map_err(|error| malformed(what, error))?;
        let parameter = request.parameter.unwrap_or_default();
        let is_merged = request.compiler_version.is_none();
        Ok(Self { files: files(request.proto_file)?, generate: request.file_to_generate, parameter, is_merged })
    }

    /// Decodes files, each after its imports, to generate code for those in `generate`.
    pub(super) fn from_files(encoded: Vec<Bytes>, generate: Vec<String>) -> Result<Self, Malformed> {
        Ok(Self { files: files(encoded)?, generate, parameter: String::new(), is_merged: false })
    }

    /// Decodes a descriptor set, such as `protoc --descriptor_set_out` writes, to generate code for the files in `generate`,
    /// or for all files if that is empty.
    pub fn from_descriptor_set(bytes: &[u8], generate: Vec<String>) -> Result<Self, Malformed> {
        let what = "the file is not a FileDescriptorSet";
        let set = FileDescriptorSet::decode(bytes).map_err(|error| malformed(what, error))?;
        let files = files(set.file)?;
        if files.is_empty() {
            return Err(Malformed("the descriptor set is empty".to_owned()));
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
    let (descriptor, invalid_utf8) = match FileDescriptor::decode(plain.clone()) {
        Ok(descriptor) => (descriptor, None),
        Err(error) => match utf8::find_invalid(&plain) {
            None => return Err(malformed("a file is not a FileDescriptorProto", error)),
            place => (FileDescriptor { name: utf8::name(&plain), ..FileDescriptor::default() }, place),
        },
    };
    let source = Source::new(&descriptor.name, source);
    Ok(File { descriptor, source, bytes, invalid_utf8 })
}

fn malformed(what: &str, error: prost::DecodeError) -> Malformed {
    Malformed(format!("{what}: {error}"))
}
