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

#[cfg(any(feature = "client", all(feature = "metrics", any(feature = "adapter", feature = "gateway"))))]
mod by_method;
mod checked;
mod context;
#[cfg(any(feature = "adapter", feature = "gateway"))]
mod ending;
mod error;
mod hex;
mod lifeline;
mod metadata;
mod method;
mod peer;
mod received;
mod stream;
mod trace_context;
mod types;
mod uuid;
mod values;
mod violations;
mod wire;
#[cfg(any(feature = "adapter", feature = "client"))]
mod within;

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
#[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
mod grpc;
#[cfg(feature = "gateway")]
pub mod json;
#[cfg(any(feature = "client", feature = "server"))]
mod net;
#[cfg(feature = "prost")]
pub mod rpc;
#[cfg(feature = "validate")]
mod rules;
#[cfg(feature = "server")]
pub mod server;
#[cfg(all(feature = "tls", any(feature = "client", feature = "server")))]
mod tls;
#[cfg(feature = "prost")]
pub mod wkt;

#[cfg(feature = "adapter")]
pub use adapter::Adapter;
pub use async_trait::async_trait;
pub use bytes;
pub use checked::{Check, Checked};
#[cfg(feature = "chrono")]
pub use chrono;
#[cfg(feature = "client")]
pub use client::Client;
pub use context::{Context, Lifeline};
pub use error::{Code, Error, Result};
#[cfg(feature = "gateway")]
pub use gateway::{Gateway, route};
#[cfg(feature = "jiff")]
pub use jiff;
pub use metadata::{Metadata, Value};
pub use method::{Breaker, Idempotency, Kind, Method, Retry};
pub use peer::{Identity, Peer};
#[cfg(feature = "prost")]
pub use prost;
#[cfg(feature = "validate")]
pub use rules::Rules;
#[cfg(feature = "server")]
pub use server::Server;
pub use stream::{Sender, Streaming};
#[cfg(feature = "time")]
pub use time;
pub use trace_context::TraceContext;
pub use types::{Any, FieldMask, Json, SignedDuration, Timestamp};
pub use violations::{Violation, Violations};
pub use wire::{Enumeration, Message, Wire, clear, travels_in};

/// What generated code was made for: a generator that needs a newer runtime asks for a constant that is not here.
pub const GENERATED_BY_0_1: () = ();
