//! Errors of `.proto` files, and how to fix them.

mod compile_error;
mod file_error;
mod help;

pub use self::compile_error::CompileError;
pub(crate) use self::compile_error::NO_EDITIONS;
pub(super) use self::{file_error::FileError, help::general_help};
