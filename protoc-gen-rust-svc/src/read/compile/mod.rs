//! `.proto` files to descriptors without protoc.

mod compiler;
mod error;
mod revision;
mod sources;

pub(crate) use self::error::NO_EDITIONS;
pub use self::{
    compiler::{compile, compile_at},
    error::CompileError,
    revision::{GitError, Revision},
    sources::BUILT_IN,
};
