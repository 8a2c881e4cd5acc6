//! Sources of `.proto` files.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

use crate::read::compile::{
    error::FileError,
    text::{lossy, mask_signs},
};

/// The built-in files, used if no `--proto-path` contains them.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("google/api/annotations.proto", include_str!("../../../../proto/google/api/annotations.proto")),
    ("google/api/field_behavior.proto", include_str!("../../../../proto/google/api/field_behavior.proto")),
    ("google/api/http.proto", include_str!("../../../../proto/google/api/http.proto")),
    ("google/api/visibility.proto", include_str!("../../../../proto/google/api/visibility.proto")),
    ("rust_svc/v1/options.proto", include_str!("../../../../proto/rust_svc/v1/options.proto")),
];

/// The files of directories, the first one first, and the built-in files.
pub(in super::super) fn folders(proto_paths: &[PathBuf]) -> ChainFileResolver {
    let mut resolvers = ChainFileResolver::new();
    proto_paths.iter().for_each(|directory| resolvers.add(Folder::new(directory)));
    with_built_in(resolvers)
}

pub(in super::super) fn with_built_in(mut resolvers: ChainFileResolver) -> ChainFileResolver {
    resolvers.add(BuiltIn);
    resolvers.add(GoogleFileResolver::new());
    resolvers
}

/// The byte order mark, which protoc skips and protox rejects.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Parses a text, after changes for the parser.
pub(super) fn from_source(name: &str, text: &str) -> Result<File, protox::Error> {
    File::from_source(name, &mask_signs(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)))
}

/// A directory of files.
pub(super) struct Folder {
    files: IncludeFileResolver,
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self { files: IncludeFileResolver::new(path.to_owned()), path: path.to_owned() }
    }
}

impl FileResolver for Folder {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.files.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let bytes = read(&self.path.join(name)).map_err(|error| unreadable(name, &error))?;
        match String::from_utf8(bytes) {
            Ok(text) => from_source(name, &text),
            Err(error) => from_source(name, &lossy(name, error.as_bytes()).map_err(protox::Error::new)?),
        }
    }
}

/// Reads a file. Others, such as named pipes, may have no end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    match metadata.is_file() {
        true => fs::read(path),
        false if metadata.is_dir() => Err(io::Error::other("a directory, not a file")),
        false => Err(io::Error::other("not a regular file")),
    }
}

fn unreadable(name: &str, error: &io::Error) -> protox::Error {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => protox::Error::file_not_found(name),
        io::ErrorKind::Other => protox::Error::new(FileError::unlocated(name, error.to_string())),
        _ => protox::Error::new(FileError::unlocated(name, format!("cannot read the file: {error}"))),
    }
}

/// Texts in memory, by import name.
pub(in super::super) struct Texts(pub(in super::super) BTreeMap<String, String>);

impl FileResolver for Texts {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.get(name) {
            Some(text) => from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

struct BuiltIn;

impl FileResolver for BuiltIn {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, source)) => File::from_source(name, source),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}
