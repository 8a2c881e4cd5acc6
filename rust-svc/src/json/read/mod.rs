//! Messages from JSON, from the path and from the query.

mod decoder;
mod fields;
mod parameter_tree;
mod present_fields;
mod source;

pub(crate) use decoder::Decoder;
pub(crate) use fields::{field_name, is_output_only, is_text};
pub(crate) use parameter_tree::{ParameterTree, PathStep};
pub use source::{FieldReader, ValueSource};
