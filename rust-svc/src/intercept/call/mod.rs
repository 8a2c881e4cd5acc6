//! Calls, as interceptors and observers see them.
//!
//! | module | holds |
//! |---|---|
//! | `side` | [`Side`] and [`HttpRoute`] |
//! | `details` | [`Call`], for interceptors and observers |
//! | `outcome` | [`Outcome`], for observers |
//! | `links` | the interceptors and observers of a call |
//! | `observed` | a call that reports to its observers |
//! | `pending` | a call whose interceptors have not finished |
//! | `active` | a call that passed its interceptors |

mod active;
mod details;
mod links;
mod observed;
mod outcome;
mod pending;
mod side;

pub(crate) use active::ActiveCall;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) use active::Counter;
pub use details::Call;
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) use details::NO_METHOD;
pub(super) use links::Links;
pub(super) use observed::ObservedCall;
pub use outcome::Outcome;
pub(crate) use pending::PendingCall;
pub use side::{HttpRoute, Side};
