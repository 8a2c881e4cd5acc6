//! The service and the caller that connectconformance tests.
//!
//! The suite's runner starts `conformance-server` or `conformance-client`, writes requests to its standard input, and
//! reads results from its standard output. Each call describes its response, and the response what was received.

mod caller;
mod cancel;
mod header;
mod script;
mod service;
pub mod stdio;

pub use caller::Caller;
pub use service::ScriptedService;

use crate::generated::conformance::connectrpc::conformance::v1 as contract;
