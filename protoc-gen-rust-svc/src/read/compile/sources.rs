//! Sources of `.proto` files.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use protox::file::{ChainFileResolver, File, FileResolver, IncludeFileResolver};

/// The built-in files, used if no `--proto-path` contains them.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("google/api/annotations.proto", include_str!("../../../proto/google/api/annotations.proto")),
    ("google/api/field_behavior.proto", include_str!("../../../proto/google/api/field_behavior.proto")),
    ("google/api/http.proto", include_str!("../../../proto/google/api/http.proto")),
    ("rust_svc/v1/options.proto", include_str!("../../../proto/rust_svc/v1/options.proto")),
];

/// Resolves files by import name only.
pub(super) struct ByName(pub(super) ChainFileResolver);

impl FileResolver for ByName {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        self.0.open_file(name)
    }
}

/// The byte order mark, which protoc skips and protox rejects.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Removes a byte order mark.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Whether a file begins with a byte order mark. The compiler reports unreadable files.
fn is_marked(path: &Path) -> bool {
    let mut first = [0; BYTE_ORDER_MARK.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == BYTE_ORDER_MARK.as_bytes()
}

/// A directory whose files may begin with a byte order mark.
pub(super) struct Folder {
    pub(super) files: IncludeFileResolver,
    pub(super) path: PathBuf,
}

impl FileResolver for Folder {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.files.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let path = self.path.join(name);
        let text = is_marked(&path).then(|| fs::read_to_string(&path).ok()).flatten();
        text.map_or_else(|| self.files.open_file(name), |text| File::from_source(name, unmarked(&text)))
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
