//! The service and the caller that connectconformance tests.
//!
//! The suite's runner starts `conformance-server` or `conformance-client`, tells it on standard input what to do, and
//! reads on standard output what it did. Each call tells what its answer is to be, and the answer what came in.

mod caller;
mod cancel;
mod header;
mod script;
mod service;
pub mod stdio;

pub use caller::Caller;
pub use service::Service;

use crate::generated::conformance::connectrpc::conformance::v1 as contract;
