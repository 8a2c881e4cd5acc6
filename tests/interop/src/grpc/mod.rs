//! The interoperability tests of gRPC: a service, and cases that call any server of it.

mod cases;
mod service;

pub use cases::{CASES, Case, Verdict};
pub use service::InteropService;

use crate::generated::grpc::grpc::testing as contract;

/// The keys under which metadata is sent back: as a header, and as a trailer.
const ECHOED: [&str; 2] = ["x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"];
