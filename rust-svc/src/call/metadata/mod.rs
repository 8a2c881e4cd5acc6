//! Headers and trailers of a call.
//!
//! | module | holds |
//! |---|---|
//! | `entries` | [`Metadata`], a list of entries, and their [`Value`] |
//! | `baggage` | [`Baggage`], by W3C Baggage |
//! | `lazy` | the metadata of a request, decoded on first use |
//! | `response` | the headers and trailers of a response, shared by all contexts of a call |

mod baggage;
mod entries;
mod lazy;
mod response;

pub use baggage::Baggage;
pub use entries::{InvalidMetadata, Metadata, Value};
pub(super) use lazy::LazyMetadata;
#[cfg(feature = "adapter")]
pub(crate) use lazy::ReceivedMetadata;
pub(super) use response::ResponseMetadata;
