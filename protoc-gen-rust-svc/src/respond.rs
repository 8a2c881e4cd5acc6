//! The fifth stage: files or diagnostics to a response for protoc or buf.

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

/// A response with files.
pub fn files(files: Files) -> Vec<u8> {
    encode(files.into_iter().map(file))
}

/// A response that makes buf fail if it would merge it with another one.
pub fn only_files(mut files: Files) -> Vec<u8> {
    let guard = files.get(ROOT).and_then(|root| insertion_point(root)).map(|name| ResponseFile {
        name: Some(ROOT.to_owned()),
        insertion_point: Some(name.to_owned()),
        content: Some(String::new()),
    });
    if let Some(root) = files.get_mut(ROOT).filter(|_| guard.is_some()) {
        // buf drops the end of the last line of a file that something is inserted in.
        root.push('\n');
    }
    encode(files.into_iter().map(file).chain(guard))
}

/// Encodes one file after the other, so that the memory of each is free for the next ones.
fn encode(files: impl Iterator<Item = ResponseFile>) -> Vec<u8> {
    let mut response = empty().encode_to_vec();
    for file in files {
        // Fields appended to an encoded message are merged with it.
        let part = CodeGeneratorResponse { file: vec![file], ..CodeGeneratorResponse::default() };
        response.reserve(part.encoded_len());
        part.encode_raw(&mut response);
    }
    response
}

fn file((name, content): (String, String)) -> ResponseFile {
    ResponseFile { name: Some(name), content: Some(content), ..ResponseFile::default() }
}

/// A response with errors. It begins with a line break, because protoc prints a prefix before it.
pub fn error(text: &str) -> Vec<u8> {
    CodeGeneratorResponse { error: Some(format!("\n{}", text.trim_end())), ..empty() }.encode_to_vec()
}

fn empty() -> CodeGeneratorResponse {
    CodeGeneratorResponse {
        supported_features: Some(FEATURES),
        // buf requires them in a response with an error too.
        minimum_edition: Some(OLDEST_EDITION),
        maximum_edition: Some(NEWEST_EDITION),
        ..CodeGeneratorResponse::default()
    }
}
