//! The four kinds of methods, and what a script can do in each.

mod bidi_streaming;
mod client_streaming;
mod server_streaming;
mod shape;
mod unary;

pub use bidi_streaming::{BidiStreaming, BidiStreamingScript};
pub use client_streaming::{ClientStreaming, ClientStreamingScript};
pub use server_streaming::{ServerStreaming, ServerStreamingScript};
#[cfg(test)]
pub(super) use shape::UnaryShape;
pub use shape::{CallShape, RequestMessage, ResponseMessage, SingleRequest, StreamedRequests};
pub use unary::Unary;
