//! Access logs.

use std::time::Duration;

use crate::{
    Code, Peer, TraceContext,
    intercept::{Call, Observer, Outcome, RequestId, Side},
};

/// Logs each call when it ends, with `tracing` at the target `rust_svc::access`.
///
/// The fields are side, method, code, duration in milliseconds, and, if the call has them, caller, remaining deadline,
/// [`RequestId`] and trace identifier. It never logs messages, and logs only the metadata that
/// [`metadata`](Self::metadata) selects.
///
/// The level is `ERROR` or `WARN` for a fault of this side, and `INFO` for any other call.
#[derive(Clone, Debug, Default)]
pub struct AccessLog {
    metadata: Vec<String>,
}

impl AccessLog {
    /// Creates an access log without metadata.
    pub fn new() -> Self {
        Self::default()
    }

    /// Logs the metadata with this key.
    pub fn metadata(mut self, key: &str) -> Self {
        self.metadata.push(key.to_ascii_lowercase());
        self
    }

    /// Returns the selected metadata as `key="value"`; `None` if there is none.
    fn select(&self, call: &Call) -> Option<String> {
        // Most logs select nothing, and decoding metadata takes time.
        if self.metadata.is_empty() {
            return None;
        }
        let metadata = call.cx().metadata();
        let entries = self.metadata.iter().filter_map(|key| Some(format!("{key}={:?}", metadata.get(key)?)));
        Some(entries.collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    }
}

impl Observer for AccessLog {
    fn ended(&self, call: &Call, outcome: &Outcome) {
        let (method, code) = (call.method().full_name(), outcome.status());
        let side = if call.side() == Side::Server { "server" } else { "client" };
        let duration_ms = milliseconds(outcome.elapsed);
        let deadline_left_ms = call.cx().remaining().map(milliseconds);
        let (peer, request_id) = (call.cx().peer().map(Peer::address), RequestId::of(call.cx()));
        let trace_id = call.cx().trace().map(TraceContext::trace_id);
        let metadata = self.select(call);
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

/// Returns milliseconds, rounded to tenths.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e4).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::milliseconds;

    #[test]
    fn durations_are_rounded_to_tenths_of_a_millisecond() {
        for (micros, printed) in [(33_503, "33.5"), (33_550, "33.6"), (49, "0"), (51, "0.1"), (1_200_000, "1200")] {
            assert_eq!(milliseconds(Duration::from_micros(micros)).to_string(), printed);
        }
    }
}
