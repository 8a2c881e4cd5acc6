//! The runtime of code that `protoc-gen-rust-svc` generates.
//!
//! Each service of a `.proto` becomes one plain trait. This crate has everything that can change without generating code
//! again, with one module for each use of the trait:
//!
//! | module | feature | |
//! |---|---|---|
//! | the crate's root | always | the types of a service trait: [`Context`], [`Error`], [`Method`], [`Streaming`], [`Message`] |
//! | [`intercept`] | `adapter`, `client` or `gateway` | interceptors and observers around every call: authentication, limits |
//! | [`observe`] | the same; `metrics`, `otlp` | access logs, metrics and traces |
//! | [`adapter`] | `adapter` | serves the trait to gRPC requests |
//! | [`client`] | `client` | calls a remote gRPC server: deadlines, retries, circuit breakers |
//! | [`gateway`] | `gateway` | serves the trait to HTTP and JSON requests |
//! | [`fake`] | `fake` | implements the trait by scripts of a test |
//! | [`server`] | `server` | a process that serves adapters and gateways |
//! | `Rules` | `validate` | checks requests against the rules of `buf.validate` |
//!
//! Generated code, and the examples, name it `svc`: `use rust_svc as svc;`.

// The messages generated for this crate name it as those of other crates do.
#[cfg(feature = "prost")]
extern crate self as rust_svc;

mod call;
mod error;
mod message;
mod types;

#[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
pub mod intercept;
#[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
pub mod observe;
pub mod path;

#[cfg(feature = "adapter")]
pub mod adapter;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(feature = "gateway")]
pub mod gateway;
#[cfg(any(feature = "adapter", feature = "client", feature = "gateway", feature = "tonic"))]
mod grpc;
#[cfg(feature = "gateway")]
pub mod json;
#[cfg(any(feature = "client", feature = "server"))]
mod net;
#[cfg(feature = "server")]
pub mod server;

#[cfg(feature = "adapter")]
pub use adapter::Adapter;
pub use async_trait::async_trait;
pub use bytes;
pub use call::{
    Baggage, Breaker, Bulkhead, CancelGuard, Context, Hedge, Idempotency, Identity, InvalidMetadata,
    InvalidServiceConfig, Kind, Metadata, Method, MethodConfig, Peer, PolicyField, Retry, RetryThrottling, Sender,
    ServiceConfig, Streaming, TraceContext, Value,
};
#[cfg(feature = "chrono")]
pub use chrono;
#[cfg(feature = "client")]
pub use client::Client;
pub use error::{Code, Error, PathKey, Result, Violation, Violations};
#[cfg(feature = "gateway")]
pub use gateway::{Gateway, route};
#[cfg(any(feature = "adapter", feature = "client"))]
pub use grpc::Body;
#[cfg(feature = "jiff")]
pub use jiff;
#[cfg(feature = "validate")]
pub use message::Rules;
pub use message::{Check, Enumeration, Message, Validated, Wire, assert_wire_type, clear};
#[cfg(feature = "prost")]
pub use prost;
#[cfg(feature = "server")]
pub use server::Server;
#[cfg(feature = "time")]
pub use time;
pub use types::{Any, FieldMask, Json, SignedDuration, Timestamp, UnpackError};
#[cfg(feature = "prost")]
pub use types::{rpc, wkt};

/// The version of the contract with generated code. A newer generator names a constant that does not exist here.
pub const GENERATED_BY_0_1: () = ();
