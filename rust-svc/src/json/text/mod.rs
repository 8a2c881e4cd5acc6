//! JSON as text: tokens, numbers, strings and base64, without knowledge of messages.

mod base64;
mod buffer;
mod name;
mod number;
mod plain;
mod pretty;
mod tokenizer;

pub(crate) use base64::{decode as decode_base64, encode as encode_base64};
pub(crate) use buffer::JsonBuffer;
pub(crate) use name::json_name;
pub(crate) use number::{IntegerError, integer, scan};
pub(crate) use pretty::indent;
pub(crate) use tokenizer::Tokenizer;
