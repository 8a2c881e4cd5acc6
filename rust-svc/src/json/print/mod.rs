//! Messages to JSON.

mod fields;
mod writer;

pub(crate) use fields::mask_fields;
pub use writer::Writer;
