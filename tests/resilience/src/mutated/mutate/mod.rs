//! Changes of a request that no compiler would make.
//!
//! A seed determines each change: its place, and the new value there.

mod bytes;
mod calls;
mod elements;
mod fields;
mod files;
mod place;

use fastrand::Rng;
use prost::{Message as _, bytes::Bytes};
use protoc_gen_rust_svc::read::descriptor::{CodeGeneratorRequest, FileDescriptor};

/// A request, with its files decoded.
pub(crate) struct Draft {
    pub(crate) request: CodeGeneratorRequest,
    pub(crate) files: Vec<FileDescriptor>,
}

/// A change.
type Change = fn(&mut Draft, &mut Rng);

/// How many changes of a request are made, at most.
const MOST: usize = 5;

/// The request with one to a few changes. Every tenth is changed in its bytes too.
pub fn mutate(request: &[u8], rng: &mut Rng) -> Vec<u8> {
    let changed = Draft::read(request).map(|mut draft| {
        (0..rng.usize(1..=MOST)).for_each(|_| draft.change(rng));
        draft.write()
    });
    match changed {
        Some(changed) if rng.u8(..10) != 0 => changed,
        changed => bytes::mutate(changed.as_deref().unwrap_or(request), rng),
    }
}

impl Draft {
    /// `None` if the bytes are not a request.
    pub(crate) fn read(request: &[u8]) -> Option<Self> {
        let mut request = CodeGeneratorRequest::decode(request).ok()?;
        let files = std::mem::take(&mut request.proto_file).into_iter().map(FileDescriptor::decode);
        Some(Self { files: files.collect::<Result<_, _>>().ok()?, request })
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let proto_file = self.files.iter().map(|file| Bytes::from(file.encode_to_vec())).collect();
        CodeGeneratorRequest { proto_file, ..self.request.clone() }.encode_to_vec()
    }

    fn change(&mut self, rng: &mut Rng) {
        let groups: [&[Change]; 8] = [
            files::CHANGES,
            elements::CHANGES,
            elements::CHANGES,
            fields::CHANGES,
            fields::CHANGES,
            fields::CHANGES,
            calls::CHANGES,
            fields::OF_MAPS,
        ];
        let group = groups[rng.usize(..groups.len())];
        group[rng.usize(..group.len())](self, rng);
    }
}
