//! Services of public test suites, generated with `protoc-gen-rust-svc`.
//!
//! | suite | tests | module |
//! |---|---|---|
//! | connectconformance | the details of the protocol, against server and client | `conformance`, with the feature of that name |
//! | gateways of others | how requests are read and responses printed | [`gateway`] |
//! | the interoperability tests of gRPC | 14 cases against another implementation | [`grpc`] |
//!
//! The services implement generated traits and know nothing of HTTP/2.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod gateway;
pub mod grpc;

/// The generated code of the suites' contracts.
pub mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}
