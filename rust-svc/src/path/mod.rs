//! The path templates of `google.api.http`.
//!
//! The generator checks templates with this module, and the gateway builds its router from them.

mod parse;
mod percent;
mod template;

#[cfg(feature = "gateway")]
pub(crate) use percent::{decoded_bytes, is_percent_encoded, percent_decode};
pub use template::{Segment, Template, TemplateError, Variable};
