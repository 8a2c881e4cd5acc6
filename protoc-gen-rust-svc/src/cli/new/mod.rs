//! `protoc-gen-rust-svc new`: creates a project from `.proto` files.

mod account;
mod arguments;
mod place;

pub(super) use arguments::NewArgs;
