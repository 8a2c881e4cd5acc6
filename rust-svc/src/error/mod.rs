//! The error of every service trait, mapped to a gRPC status or an HTTP response at each edge.
//!
//! | module | holds |
//! |---|---|
//! | `code` | [`Code`], by the names and numbers of gRPC |
//! | `violations` | [`Violations`], collected while a message is converted |
//! | `path_key` | keys of maps in the paths of violations |
//! | `call_error` | [`Error`] |
//! | `pushback` | the instruction of a server about retries |
//! | `described` | causes from which an error is described when someone reads it |
//! | `boxed` | an error of any type |

mod boxed;
mod call_error;
mod code;
#[cfg_attr(not(feature = "client"), allow(dead_code, reason = "circuit breakers use it"))]
mod described;
mod path_key;
#[cfg_attr(
    not(all(feature = "adapter", feature = "client")),
    allow(dead_code, reason = "adapter and client each use a part")
)]
mod pushback;
mod violations;

pub(crate) use boxed::BoxError;
pub use call_error::{Error, Result};
pub use code::Code;
#[cfg(feature = "client")]
pub(crate) use described::Described;
pub use path_key::PathKey;
#[cfg(feature = "validate")]
pub(crate) use path_key::quoted;
pub(crate) use pushback::Pushback;
pub use violations::{Violation, Violations};
