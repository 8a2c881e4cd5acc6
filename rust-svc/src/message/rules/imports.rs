//! Imports that are reached through others.

use std::collections::{BTreeMap, BTreeSet};

use prost::{DecodeError, Message, bytes::Bytes, encoding};

/// The number of `dependency` in a `FileDescriptorProto`.
const DEPENDENCY: u32 = 3;

/// A `FileDescriptorSet` whose files stay as they are encoded, with the options that are declared in them.
#[derive(Clone, PartialEq, Message)]
struct Files {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    files: Vec<Bytes>,
}

/// What a `FileDescriptorProto` says of its imports.
#[derive(Clone, PartialEq, Message)]
struct File {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, repeated, tag = "3")]
    imports: Vec<String>,
    #[prost(int32, repeated, packed = "false", tag = "10")]
    public: Vec<i32>,
}

/// Descriptors in which each file names all that it reaches. The library that reads them follows an `import public` of an
/// import, but none of what that imports.
pub(super) fn named(descriptors: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut set = Files::decode(descriptors)?;
    let files = set.files.iter().map(|file| File::decode(file.clone())).collect::<Result<Vec<_>, _>>()?;
    let by_name: BTreeMap<_, _> = files.iter().map(|file| (file.name.as_str(), file)).collect();
    for (encoded, file) in set.files.iter_mut().zip(&files) {
        // What is encoded behind a message is merged with it.
        let mut longer = encoded.to_vec();
        encoding::string::encode_repeated(DEPENDENCY, &unnamed(file, &by_name), &mut longer);
        *encoded = longer.into();
    }
    Ok(set.encode_to_vec())
}

/// What a file reaches through its imports, and does not import.
fn unnamed(file: &File, by_name: &BTreeMap<&str, &File>) -> Vec<String> {
    let mut todo: Vec<&str> = file.imports.iter().map(String::as_str).collect();
    let mut seen: BTreeSet<&str> = todo.iter().copied().collect();
    let mut reached = Vec::new();
    while let Some(import) = todo.pop() {
        let handed_on = by_name.get(import).into_iter().flat_map(|file| file.handed_on());
        let new: Vec<_> = handed_on.filter(|name| seen.insert(name)).collect();
        reached.extend(new.iter().map(|name| (*name).to_owned()));
        todo.extend(new);
    }
    reached
}

impl File {
    /// What it imports publicly.
    fn handed_on(&self) -> impl Iterator<Item = &str> {
        let import = |index: &i32| self.imports.get(usize::try_from(*index).ok()?).map(String::as_str);
        self.public.iter().filter_map(import)
    }
}
