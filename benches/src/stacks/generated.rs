//! The output of each generator for `echo.proto`.

#[allow(
    clippy::all,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "it is the output of tonic's generator"
)]
pub mod tonic {
    include!(concat!(env!("OUT_DIR"), "/tonic/bench.wire.v1.rs"));
}

#[allow(
    clippy::all,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "it is the output of connect-rust's generator"
)]
pub mod connect_rust {
    include!(concat!(env!("OUT_DIR"), "/connect/mod.rs"));
}

include!(concat!(env!("OUT_DIR"), "/echo_module.rs"));
