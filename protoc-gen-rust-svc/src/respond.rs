//! The fifth stage: files or diagnostics to what protoc or buf is answered.

use prost::Message as _;

use crate::{
    read::descriptor::{CodeGeneratorResponse, ResponseFile},
    render::Files,
};

/// `FEATURE_PROTO3_OPTIONAL`.
const PROTO3_OPTIONAL: u64 = 1;

/// An answer with files.
pub fn files(files: Files) -> Vec<u8> {
    let file = files.into_iter().map(|(name, content)| ResponseFile { name: Some(name), content: Some(content) });
    CodeGeneratorResponse { file: file.collect(), ..empty() }.encode_to_vec()
}

/// An answer that says what is wrong with the `.proto` files.
///
/// It starts on a line of its own, so that what stands before the first place is not mistaken for a part of it.
pub fn error(text: &str) -> Vec<u8> {
    CodeGeneratorResponse { error: Some(format!("\n{}", text.trim_end())), ..empty() }.encode_to_vec()
}

fn empty() -> CodeGeneratorResponse {
    CodeGeneratorResponse { supported_features: Some(PROTO3_OPTIONAL), ..CodeGeneratorResponse::default() }
}
