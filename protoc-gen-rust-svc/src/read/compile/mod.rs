//! `.proto` files to descriptors without protoc.

mod checks;
mod compiler;
mod elements;
mod error;
mod files;
mod link;
mod located;
mod locations;
mod names;
mod parsed;
mod protoc;
mod relax;
mod text;

pub use self::{
    error::CompileError,
    files::{BUILT_IN, GitError, Revision},
    protoc::{compile, compile_at, compile_texts, compile_with_protoc},
};
pub(crate) use self::{error::NO_EDITIONS, protoc::installed_protoc};
