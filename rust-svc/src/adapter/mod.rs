//! gRPC requests to a service trait.
//!
//! Generated code makes an [`Adapter`] for a service, one line per method. It becomes [`Routes`], which are a tower service
//! and merge with those of other services. A request passes these files:
//!
//! | step | file |
//! |---|---|
//! | check that the request is gRPC, and find the method | `http_guard`, `routes` |
//! | make the [`Context`](crate::Context) with deadline and metadata, and run the handler | `call`, `options`, `deadline` |
//! | decode and encode messages | `request_stream`, `response_data` |
//! | send headers, data and trailers, within the limits of the caller | `response_body`, `header_limit` |
//! | translate gRPC-Web | `web` |

mod builder;
mod call;
mod deadline;
mod header_limit;
mod http_guard;
mod options;
mod payload;
mod refusal;
mod request_stream;
mod response_body;
mod response_data;
mod routes;
#[cfg(feature = "server")]
pub(crate) mod web;

pub use builder::Adapter;
#[cfg(feature = "server")]
#[cfg(test)]
pub(crate) use options::AdapterOptions;
pub use payload::Payload;
pub use response_body::ResponseBody;
pub use routes::{Routes, ServedFake};
