//! Imports that a file reaches through public imports.

use std::collections::{BTreeMap, BTreeSet};

use prost::{DecodeError, Message, bytes::Bytes, encoding};

/// The number of `dependency` in a `FileDescriptorProto`.
const DEPENDENCY: u32 = 3;

/// A `FileDescriptorSet` whose files stay encoded, so that their options are kept.
#[derive(Clone, PartialEq, Message)]
struct EncodedFiles {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    files: Vec<Bytes>,
}

/// The imports of a `FileDescriptorProto`.
#[derive(Clone, PartialEq, Message)]
struct FileImports {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, repeated, tag = "3")]
    imports: Vec<String>,
    #[prost(int32, repeated, packed = "false", tag = "10")]
    public: Vec<i32>,
}

/// Adds to each file the imports that it reaches through public imports. The library that reads them follows only one
/// `import public`.
pub(super) fn with_public_imports(descriptors: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut set = EncodedFiles::decode(descriptors)?;
    let files = set.files.iter().map(|file| FileImports::decode(file.clone())).collect::<Result<Vec<_>, _>>()?;
    let by_name: BTreeMap<_, _> = files.iter().map(|file| (file.name.as_str(), file)).collect();
    for (encoded, file) in set.files.iter_mut().zip(&files) {
        // Fields appended to an encoded message are merged with it.
        let mut longer = encoded.to_vec();
        encoding::string::encode_repeated(DEPENDENCY, &find_indirect(file, &by_name), &mut longer);
        *encoded = longer.into();
    }
    Ok(set.encode_to_vec())
}

/// Returns the files that a file reaches through its imports, and does not import itself.
fn find_indirect(file: &FileImports, by_name: &BTreeMap<&str, &FileImports>) -> Vec<String> {
    let mut todo: Vec<&str> = file.imports.iter().map(String::as_str).collect();
    let mut seen: BTreeSet<&str> = todo.iter().copied().collect();
    let mut reached = Vec::new();
    while let Some(import) = todo.pop() {
        let public = by_name.get(import).into_iter().flat_map(|file| file.public_imports());
        let new: Vec<_> = public.filter(|name| seen.insert(name)).collect();
        reached.extend(new.iter().map(|name| (*name).to_owned()));
        todo.extend(new);
    }
    reached
}

impl FileImports {
    /// Returns the public imports.
    fn public_imports(&self) -> impl Iterator<Item = &str> {
        let import = |index: &i32| self.imports.get(usize::try_from(*index).ok()?).map(String::as_str);
        self.public.iter().filter_map(import)
    }
}
