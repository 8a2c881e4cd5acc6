//! HTTP and JSON onto a service trait.

#[cfg(feature = "client")]
mod backend;
mod codec;
mod hostile;
mod http;
mod shop;
mod stock;
mod streams;
