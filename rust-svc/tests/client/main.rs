//! The client against servers that misbehave: over loopback where the wire matters, in this process and with a paused
//! clock where time matters.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod balancing;
mod breakers;
mod bulkheads;
mod configuration;
mod connection;
mod connectors;
mod deadlines;
mod faults;
mod fleets;
mod generated;
mod hedging;
mod in_process;
mod messages;
mod retries;
mod silence;
mod stream_limits;
mod stream_timeouts;
mod streams;
mod targets;
mod tokens;
mod windows;
mod wire;

use std::time::Duration;

use rust_svc::{Breaker, Client, Context, Method, Result};

const GET: Method = Method::unary("/test.v1.Test/Get");
const WATCH: Method = Method::server_streaming("/test.v1.Test/Watch");
const UPLOAD: Method = Method::client_streaming("/test.v1.Test/Upload");
const CHAT: Method = Method::bidi_streaming("/test.v1.Test/Chat");

/// A breaker that opens after two failures.
const SENSITIVE: Breaker = Breaker::DEFAULT.min_calls(2).open_ms(1000);

/// Calls a method whose request and response are texts.
async fn call(client: &Client, method: Method) -> Result<String> {
    client.unary(method, Context::new().with_timeout(Duration::from_secs(60)), "request".to_owned()).await
}
