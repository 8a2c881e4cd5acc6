//! The JSON of each kind of value and field: scalars, enums, messages, lists and maps.

mod enumeration;
mod item;
mod list;
mod map;
mod messages;
mod scalar;
mod singular;

pub use map::MapKey;
pub(crate) use map::NODE;
pub(crate) use scalar::fields;
