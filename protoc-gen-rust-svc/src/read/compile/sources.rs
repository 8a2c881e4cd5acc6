//! Sources of `.proto` files.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use protox::file::{File, FileResolver, IncludeFileResolver};

use super::text::{lossy, mask_signs};

/// The built-in files, used if no `--proto-path` contains them.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("google/api/annotations.proto", include_str!("../../../proto/google/api/annotations.proto")),
    ("google/api/field_behavior.proto", include_str!("../../../proto/google/api/field_behavior.proto")),
    ("google/api/http.proto", include_str!("../../../proto/google/api/http.proto")),
    ("rust_svc/v1/options.proto", include_str!("../../../proto/rust_svc/v1/options.proto")),
];

/// The byte order mark, which protoc skips and protox rejects.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Parses a text, after changes for the parser.
pub(super) fn from_source(name: &str, text: &str) -> Result<File, protox::Error> {
    File::from_source(name, &mask_signs(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)))
}

/// Whether the parser needs no changes.
fn is_readable(text: &str) -> bool {
    !text.starts_with(BYTE_ORDER_MARK) && matches!(mask_signs(text), Cow::Borrowed(_))
}

/// A directory whose files may have what the parser rejects, such as a byte order mark.
pub(super) struct Folder {
    pub(super) files: IncludeFileResolver,
    pub(super) path: PathBuf,
}

impl FileResolver for Folder {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.files.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let bytes = fs::read(self.path.join(name)).unwrap_or_default();
        match str::from_utf8(&bytes) {
            Ok(text) if is_readable(text) => self.files.open_file(name),
            Ok(text) => from_source(name, text),
            Err(_) => from_source(name, &lossy(name, &bytes).map_err(protox::Error::new)?),
        }
    }
}

/// Texts in memory, by import name.
pub(super) struct Texts(pub(super) BTreeMap<String, String>);

impl FileResolver for Texts {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.get(name) {
            Some(text) => from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

pub(super) struct BuiltIn;

impl FileResolver for BuiltIn {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, source)) => File::from_source(name, source),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}
