//! Services of public test suites, made with `protoc-gen-rust-svc` and tested by `run`.
//!
//! | suite | what it tests | here |
//! |---|---|---|
//! | connectconformance | every corner of the protocol, from the other side | `suite`, with the feature of that name |
//! | the interoperability tests of gRPC | 14 cases against another implementation | [`interop`] |
//!
//! All of it goes through the service traits: nothing here knows HTTP/2.

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod grpc;

/// The generated code of the suites' contracts.
pub mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}
