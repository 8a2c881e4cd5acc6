//! HTTP and JSON onto a service trait.

mod codec;
mod shop;
