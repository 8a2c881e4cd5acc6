//! The conversion between the types of a service trait and protobuf messages.
//!
//! | module | holds |
//! |---|---|
//! | `conversion` | [`Message`], which converts a type, and [`Wire`], which encodes a message |
//! | `fields` | the conversions of fields, which collect [`Violations`](crate::Violations) |
//! | `validated` | requests of custom types, checked by rules |
//! | `rules` | the rules of `buf.validate` |

mod conversion;
mod fields;
#[cfg(feature = "validate")]
mod rules;
mod validated;

pub use conversion::{Enumeration, Message, Wire, assert_wire_type, clear};
#[cfg(feature = "validate")]
pub use rules::Rules;
pub use validated::{Check, Validated};
