//! A line for each call.

use std::fmt::Write as _;

use super::TraceContext;
use crate::{
    Code, Peer,
    intercept::{Call, Observer, Outcome, RequestId, Side},
};

/// Logs each call when it ends, with `tracing` at the target `rust_svc::access`: method, code, duration in milliseconds,
/// caller, what was left of the deadline, and the [`RequestId`] and the trace if there are any. It never logs messages, and of metadata
/// only what it is told to.
///
/// A call that failed by a fault of this side is an error or a warning, any other is information.
#[derive(Clone, Debug, Default)]
pub struct AccessLog {
    metadata: Vec<String>,
}

impl AccessLog {
    /// Logs no metadata.
    pub fn new() -> Self {
        Self::default()
    }

    /// Logs the metadata under this key, too.
    pub fn metadata(mut self, key: &str) -> Self {
        self.metadata.push(key.to_ascii_lowercase());
        self
    }

    fn allowed(&self, call: &Call) -> String {
        // To read them all takes time.
        if self.metadata.is_empty() {
            return String::new();
        }
        let metadata = call.cx().metadata();
        self.metadata.iter().filter_map(|key| Some((key, metadata.get(key)?))).fold(
            String::new(),
            |mut text, (key, value)| {
                let gap = if text.is_empty() { "" } else { " " };
                // Writing to a text cannot fail.
                let _ = write!(text, "{gap}{key}={value:?}");
                text
            },
        )
    }
}

impl Observer for AccessLog {
    fn ended(&self, call: &Call, outcome: &Outcome) {
        let (method, code) = (call.method().full_name(), outcome.status());
        let side = if call.side() == Side::Server { "server" } else { "client" };
        let duration_ms = outcome.elapsed.as_secs_f64() * 1e3;
        let deadline_left_ms = call.cx().remaining().map(|left| left.as_secs_f64() * 1e3);
        let (peer, request_id) = (call.cx().peer().map(Peer::address), RequestId::of(call.cx()));
        let trace_id = call.cx().trace().map(TraceContext::trace_id);
        let metadata = self.allowed(call);
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "rust_svc::access",
                    side, method, code, duration_ms, peer, deadline_left_ms, request_id, trace_id, metadata, "call"
                )
            };
        }
        match outcome.code {
            Some(Code::Unknown | Code::Internal | Code::DataLoss) => line!(error),
            Some(Code::Unavailable | Code::DeadlineExceeded | Code::Unimplemented) => line!(warn),
            _ => line!(info),
        }
    }
}
