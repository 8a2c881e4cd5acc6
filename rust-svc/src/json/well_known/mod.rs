//! The JSON of `google.protobuf` and `google.rpc`, whose types have forms of their own.

mod any;
mod details;
mod dynamic;
mod field_mask;
mod messages;
mod packed_type;
mod time;
mod types;
