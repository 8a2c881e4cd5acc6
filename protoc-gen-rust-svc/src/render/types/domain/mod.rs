//! Domain types, which business code uses.

mod debug;
mod defaults;
mod enums;
mod field_types;
mod messages;

pub(in crate::render) use self::messages::items;
