//! A line of JSON on the standard output for each call, for whoever started the process.

use std::{
    io::{self, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rust_svc::{
    TraceContext,
    intercept::{Call, Observer, Outcome, Side},
};
use serde_json::json;

/// Prints each traced call.
pub(in super::super) struct CallLines(pub(in super::super) &'static str);

impl Observer for CallLines {
    fn ended(&self, call: &Call, outcome: &Outcome) {
        let Some(trace) = call.cx().trace() else { return };
        let line = json!({
            "process": self.0,
            "trace": TraceContext::trace_id(trace),
            "method": call.method().full_name(),
            "side": if call.side() == Side::Server { "server" } else { "client" },
            "code": outcome.status(),
            "begin": millis(now().saturating_sub(outcome.elapsed)),
            "duration": millis(outcome.elapsed),
            "deadline": call.cx().remaining().map(|left| millis(left + outcome.elapsed)),
        });
        // Whoever started the process may be gone.
        let _ = writeln!(io::stdout().lock(), "{line}");
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e4).round() / 10.0
}
