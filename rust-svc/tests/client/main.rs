//! The client against servers that misbehave: over loopback where the wire matters, in this process and with a paused
//! clock where time matters.
//!
//! | fault | test |
//! |---|---|
//! | connecting gets no response | `targets::a_black_hole_alone_exceeds_the_deadline` |
//! | a TLS handshake stalls | `server/tls::a_handshake_that_stalls_exceeds_the_deadline` |
//! | the caller of a chain of services goes away | `server/hops::cancellation_reaches_the_last_service` |
//! | a service that others call through two hops is down | `server/hops::retries_are_not_multiplied_by_hops` |
//! | a server is slow, but does not fail | `breakers::slow_calls_open_the_breaker`, `fleets::a_failing_replica_is_ejected_and_a_healthy_one_is_not` |
//! | a stream is idle | `stream_timeouts::a_stream_ends_at_its_idle_or_total_timeout` |
//! | a stream is quiet for hours | `stream_timeouts::quiet_streams_do_not_hold_a_half_open_breaker` |
//! | a stream fails before or after its first message | `streams::a_stream_is_retried_only_before_its_response_begins` |
//! | the consumer of a stream goes away | `streams::a_stream_that_its_caller_drops_is_no_failure` |
//! | packets are dropped | `packet_loss::calls_recover_and_watches_end_when_packets_are_dropped` |
//! | thousands of calls are given up at once | `mass_cancellation::calls_given_up_while_they_wait_are_not_sent_and_end_no_other_call` |
//! | connections break after the handler ran | `fleets::calls_that_are_not_idempotent_are_not_repeated_after_a_broken_connection` |
//! | servers stop while handlers run | `server/cut_writes::writes_that_restarts_cut_off_run_once` |
//! | a service is scaled | `scaling::a_scaled_service_is_called_evenly_within_a_minute` |
//! | the sequences of grpc-go's retry tests | `retry_tables` |
//! | a server receives five times what it can answer | `server/overload::a_limit_keeps_the_goodput_of_an_overloaded_server` |
//! | all servers fail, and then disappear | `outage::an_outage_causes_no_storm_and_leaves_no_traces` |

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod balancing;
mod breakers;
mod bulkheads;
mod configuration;
mod connection;
mod connectors;
mod deadlines;
#[cfg(feature = "metrics")]
mod endpoints;
mod faults;
mod fleets;
mod generated;
mod hedging;
mod in_process;
mod layers;
mod mass_cancellation;
mod messages;
mod outage;
#[cfg(target_os = "linux")]
mod packet_loss;
mod retries;
mod retry_tables;
mod scaling;
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
