//! The interoperability tests of gRPC: a service, and cases that call any server of it.

mod cases;
mod service;
mod silent_servers;

pub use cases::{CASES, Case, Verdict};
pub use service::InteropService;
pub use silent_servers::{SILENCE_CASES, few_pings, one_call, too_many_pings};

use crate::generated::grpc::grpc::testing as contract;

/// The keys under which metadata is sent back: as a header, and as a trailer.
const ECHOED: [&str; 2] = ["x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"];
