//! Generated code, compiled as a user compiles it, and called.
#![deny(warnings)]

mod behavior;
mod convert;
mod domain_elsewhere;
mod edges;
mod fakes;
mod forms;
#[path = "../../golden/mod.rs"]
#[rustfmt::skip]
mod golden;
mod hops;
mod http;
mod intercept;
mod kinds;
mod metrics;
mod overrides;
#[cfg(feature = "validate")]
mod own_rules;
#[cfg(feature = "validate")]
mod predefined;
#[cfg(feature = "validate")]
mod rules;
mod spans;
mod times;
mod traces;
mod trips;
mod unimplemented;
