//! `protoc-gen-rust-svc new`: creates a project from `.proto` files.

mod account;
mod arguments;
mod contract;
mod example;
mod part_arguments;
mod place;

pub(in crate::cli) use arguments::NewArgs;
