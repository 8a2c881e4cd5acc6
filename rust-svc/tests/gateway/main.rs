//! The gateway: HTTP and JSON requests to a service trait.

mod backend;
mod bytes;
mod checklist;
mod codec;
mod conditional;
mod headers;
mod http;
mod layers;
mod malformed;
mod openapi;
#[cfg(feature = "metrics")]
mod panics;
mod parts;
mod presets;
mod quiet;
mod remote;
mod requests;
mod responses;
mod settings;
mod shop;
#[cfg(feature = "server")]
mod shutdown;
mod stock;
mod streams;
#[cfg(all(feature = "server", feature = "websocket"))]
mod web_sockets;
