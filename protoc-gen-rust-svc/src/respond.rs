//! The fifth stage: files or diagnostics to what protoc or buf is answered.

use prost::Message as _;

use crate::{
    read::{
        NEWEST_EDITION,
        descriptor::{CodeGeneratorResponse, ResponseFile},
    },
    render::{Files, ROOT, insertion_point},
};

/// `FEATURE_PROTO3_OPTIONAL` and `FEATURE_SUPPORTS_EDITIONS`.
const FEATURES: u64 = 1 | 2;

/// `EDITION_PROTO2`.
const OLDEST_EDITION: i32 = 998;

/// An answer with files.
pub fn files(files: Files) -> Vec<u8> {
    CodeGeneratorResponse { file: files.into_iter().map(file).collect(), ..empty() }.encode_to_vec()
}

/// An answer with files that buf does not take beside those of another run: it fails instead.
pub fn only_files(mut files: Files) -> Vec<u8> {
    let guard = insertion_point(&files).map(|name| ResponseFile {
        name: Some(ROOT.to_owned()),
        insertion_point: Some(name.to_owned()),
        content: Some(String::new()),
    });
    if let Some(root) = files.get_mut(ROOT).filter(|_| guard.is_some()) {
        // buf drops the end of the last line of a file that something is inserted in.
        root.push('\n');
    }
    CodeGeneratorResponse { file: files.into_iter().map(file).chain(guard).collect(), ..empty() }.encode_to_vec()
}

fn file((name, content): (String, String)) -> ResponseFile {
    ResponseFile { name: Some(name), content: Some(content), ..ResponseFile::default() }
}

/// An answer that says what is wrong with the `.proto` files.
///
/// It starts on a line of its own, so that what stands before the first place is not mistaken for a part of it.
pub fn error(text: &str) -> Vec<u8> {
    CodeGeneratorResponse { error: Some(format!("\n{}", text.trim_end())), ..empty() }.encode_to_vec()
}

fn empty() -> CodeGeneratorResponse {
    CodeGeneratorResponse {
        supported_features: Some(FEATURES),
        // buf wants them in an answer with an error too.
        minimum_edition: Some(OLDEST_EDITION),
        maximum_edition: Some(NEWEST_EDITION),
        ..CodeGeneratorResponse::default()
    }
}
