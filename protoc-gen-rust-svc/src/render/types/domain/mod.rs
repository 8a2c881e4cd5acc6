//! Domain types: what business code uses.

mod debug;
mod defaults;
mod enums;
mod messages;

pub(in crate::render) use self::messages::items;
