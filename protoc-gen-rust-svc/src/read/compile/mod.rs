//! `.proto` files to descriptors without protoc.

mod checks;
mod compiler;
mod error;
mod link;
mod located;
mod names;
mod parsed;
mod paths;
mod protoc;
mod relax;
mod revision;
mod sources;
mod text;

pub(crate) use self::error::NO_EDITIONS;
pub use self::{
    compiler::{compile, compile_at, compile_texts},
    error::CompileError,
    protoc::compile_with_protoc,
    revision::{GitError, Revision},
    sources::BUILT_IN,
};
