//! The gateway: HTTP and JSON requests to a service trait.

#[cfg(feature = "client")]
mod backend;
mod bytes;
mod codec;
#[cfg(feature = "server")]
mod ending;
mod headers;
mod hostile;
mod http;
#[cfg(feature = "metrics")]
mod panics;
mod parts;
mod presets;
mod requests;
mod responses;
mod shop;
mod stock;
mod streams;
