//! Circuit breakers in all interleavings of a few threads, by loom: their sources, with the primitives of loom.

#![allow(dead_code, unreachable_pub, unused_qualifications, reason = "the sources are those of another crate")]

mod client;
mod error;
mod models;

use rust_svc::{Breaker, Code, Error, Metadata, Method, Retry, client::BreakerState};

/// The imports of these sources from their own crate.
mod intercept {
    pub(crate) use rust_svc::{client::BreakerState, intercept::Target};
}

fn main() {
    for (name, model) in models::ALL {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(2);
        builder.check(model);
        println!("interleavings: {name}");
    }
}
