//! Server reflection: `grpc.reflection.v1`, and `v1alpha`, which differs only in its name.

mod index;
mod service;

pub(super) use service::add;
