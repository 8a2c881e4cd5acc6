//! Conversions between domain types and prost messages.

mod enums;
mod input_only;
mod messages;
mod oneofs;
mod receive;
mod rules;
mod send;
mod shared;

pub(in crate::render) use self::messages::items;
