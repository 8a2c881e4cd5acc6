//! Comments of a `.proto` to docs of Rust: all of the words, and none of the harm.
//!
//! rustdoc reads Markdown and runs code. A comment must neither run as a test, nor break the build with a control
//! character, nor warn because of a stray bracket.

mod block;
mod comment;
mod escape;
mod line;

pub use self::comment::Docs;
pub(crate) use self::line::harmless;
