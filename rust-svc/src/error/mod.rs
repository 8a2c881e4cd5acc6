//! The error of every service trait, mapped to a gRPC status or an HTTP response at each edge.
//!
//! | module | holds |
//! |---|---|
//! | `code` | [`Code`], by the names and numbers of gRPC |
//! | `violations` | [`Violations`], collected while a message is converted |
//! | `call_error` | [`Error`] |
//! | `boxed` | an error of any type |

mod boxed;
mod call_error;
mod code;
mod violations;

pub(crate) use boxed::BoxError;
pub use call_error::{Error, Result};
pub use code::Code;
pub use violations::{Violation, Violations};
