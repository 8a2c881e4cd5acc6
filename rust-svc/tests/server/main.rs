//! Adapters and the server over real connections.

mod calls;
mod cancellation;
mod deadlines;
mod echo;
mod errors;
mod guards;
mod health;
mod http;
mod limits;
mod listen;
mod metadata;
mod raw;
mod reflection;
mod rolling;
mod shutdown;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod web;
