//! HTTP and JSON onto a service trait.

mod codec;
mod http;
mod shop;
mod stock;
mod streams;
