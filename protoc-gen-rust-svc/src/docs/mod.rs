//! Comments of `.proto` files to documentation of Rust.
//!
//! rustdoc reads Markdown and runs code blocks. A comment must not run as a test, break the build with a control character,
//! or cause a warning about a bracket.

mod block;
mod comment;
mod escape;
mod line;

pub use self::comment::Docs;
pub(crate) use self::line::sanitize;
