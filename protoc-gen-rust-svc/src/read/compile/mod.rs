//! `.proto` files to descriptors without protoc.

mod checks;
mod compiler;
mod enum_values;
mod error;
mod lexer;
mod located;
mod names;
mod parsed;
mod positions;
mod protoc;
mod revision;
mod sources;
mod utf8;

pub(crate) use self::error::NO_EDITIONS;
pub use self::{
    compiler::{compile, compile_at, compile_texts},
    error::CompileError,
    protoc::compile_with_protoc,
    revision::{GitError, Revision},
    sources::BUILT_IN,
};
