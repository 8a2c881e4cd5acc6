//! Methods and messages by their descriptors.

mod method;
mod raw;
mod rules;
mod update_mask;
mod value;

pub(crate) use method::{Contract, DynamicMethod};
pub(crate) use raw::RawMessage;
pub(crate) use rules::{MessageRules, drift, is_output_only};
pub(crate) use value::Dynamic;
