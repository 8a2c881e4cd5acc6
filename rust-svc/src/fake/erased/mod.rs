//! Messages without their types, so that the code of fakes is compiled once and not again for each method.

mod message;
mod messages;

pub(super) use message::AnyMessage;
pub(super) use messages::{CallMessages, erase_stream, restore_stream};
