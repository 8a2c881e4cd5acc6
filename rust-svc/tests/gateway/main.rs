//! HTTP and JSON onto a service trait.

mod codec;
mod hostile;
mod http;
mod shop;
mod stock;
mod streams;
