//! The gateway: HTTP and JSON requests to a service trait.

#[cfg(feature = "client")]
mod backend;
mod bytes;
mod codec;
mod headers;
mod http;
mod malformed;
mod openapi;
#[cfg(feature = "metrics")]
mod panics;
mod parts;
mod presets;
mod requests;
mod responses;
mod shop;
#[cfg(feature = "server")]
mod shutdown;
mod stock;
mod streams;
