//! Messages to JSON.

mod fields;
mod writer;

pub(crate) use fields::{bytes_of_fields, field_types};
pub use writer::Writer;
