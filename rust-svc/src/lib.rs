//! The runtime behind code that `protoc-gen-rust-svc` generates.
//!
//! A service of a `.proto` becomes one plain trait. This crate holds everything that can be done without generating
//! code again, one module for each way in which that trait is used:
//!
//! | module | feature | |
//! |---|---|---|
//! | the crate's root | always | what a service trait speaks: [`Context`], [`Error`], [`Method`], [`Streaming`], [`Message`] |
//! | [`intercept`] | `adapter`, `client` or `gateway` | what happens around every call: authentication, limits, observers |
//! | [`observe`] | the same; `metrics`, `otlp` | access logs, metrics and traces |
//! | [`adapter`] | `adapter` | gRPC requests to the trait |
//! | [`client`] | `client` | the trait to a remote gRPC server: deadlines, retries, circuit breakers |
//! | [`gateway`] | `gateway` | HTTP and JSON to the trait |
//! | [`fake`] | `fake` | the trait to a test's script |
//! | [`server`] | `server` | a process that serves adapters and gateways |
//! | `Rules` | `validate` | requests by the rules of `buf.validate` |
//!
//! Generated code names it `svc`, as in `use ::rust_svc as svc;`.

// What is printed for this crate names it as what is printed for others does.
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
    Breaker, CancelGuard, Context, Idempotency, Identity, InvalidMetadata, Kind, Metadata, Method, Peer, Retry, Sender,
    Streaming, TraceContext, Value,
};
#[cfg(feature = "chrono")]
pub use chrono;
#[cfg(feature = "client")]
pub use client::Client;
pub use error::{Code, Error, Result, Violation, Violations};
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

/// What generated code was made for: a generator that needs a newer runtime asks for a constant that is not here.
pub const GENERATED_BY_0_1: () = ();
