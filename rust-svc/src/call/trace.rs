//! The Trace Context of a call.

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use super::ids::{hex, uuid};

/// The longest `tracestate` that must be propagated.
const MAX_STATE: usize = 512;

/// The length of `traceparent`.
const LENGTH: usize = 55;

/// The span of a call in a trace, by W3C Trace Context (level 1). It displays as the value of `traceparent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    /// The parent span, in this process or in the caller's; zero if there is none.
    parent: u64,
    flags: u8,
    state: Option<Arc<str>>,
}

impl TraceContext {
    /// The metadata key that carries it.
    pub const HEADER: &str = "traceparent";

    /// The metadata key for data of tracing systems.
    pub const STATE: &str = "tracestate";

    /// Starts a trace.
    pub fn root(is_sampled: bool) -> Self {
        let [high, low] = [uuid::quick_bits(), uuid::quick_bits()];
        let trace_id = (u128::from(high) << 64 | u128::from(low)).max(1);
        Self { trace_id, span_id: span_id(), parent: 0, flags: u8::from(is_sampled), state: None }
    }

    /// Parses a `traceparent`; `None` if it is malformed, and so must be ignored.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let (text, rest) = traceparent.as_bytes().split_first_chunk::<LENGTH>()?;
        let pairs = [b'0', b'0', b'0', b'0', text[0], text[1], text[53], text[54]];
        let [.., version, flags] = hex::parse(&pairs)?.to_be_bytes();
        let (trace_id, span_id) = (hex::parse(&text[3..35])?, hex::parse(&text[36..52])? as u64);
        // Later versions may append fields.
        let is_whole = rest.is_empty() || (version != 0 && rest[0] == b'-');
        if !is_whole || [2, 35, 52].iter().any(|dash| text[*dash] != b'-') {
            return None;
        }
        let is_valid = version != 0xff && trace_id != 0 && span_id != 0;
        is_valid.then_some(Self { trace_id, span_id, parent: 0, flags: flags & 1, state: None })
    }

    /// Sets the data of tracing systems (`tracestate`); none if it is empty or longer than 512 bytes.
    pub fn with_state(self, state: &str) -> Self {
        let is_kept = !state.is_empty() && state.len() <= MAX_STATE;
        Self { state: is_kept.then(|| state.into()), ..self }
    }

    /// Creates a child span.
    pub fn child(&self) -> Self {
        Self { span_id: span_id(), parent: self.span_id, ..self.clone() }
    }

    /// Returns the trace identifier, 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// Returns the span identifier, 16 hexadecimal digits.
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span_id)
    }

    /// Returns the value of `traceparent`. Every call needs one, so it is printed without `format!`.
    pub(crate) fn to_bytes(&self) -> [u8; LENGTH] {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        hex::print(&self.trace_id.to_be_bytes(), &mut text[3..35]);
        hex::print(&self.span_id.to_be_bytes(), &mut text[36..52]);
        // `sampled` is the only flag that is propagated.
        text[54] += self.flags;
        text
    }

    /// Returns the trace identifier as a number.
    #[cfg(feature = "otlp")]
    pub(crate) fn trace(&self) -> u128 {
        self.trace_id
    }

    /// Returns the identifier of the parent span as a number; zero if there is none.
    #[cfg(feature = "otlp")]
    pub(crate) fn parent(&self) -> u64 {
        self.parent
    }

    /// Returns the span identifier as a number.
    #[cfg(any(feature = "client", feature = "otlp"))]
    pub(crate) fn span(&self) -> u64 {
        self.span_id
    }

    /// Returns whether the trace is sampled.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// Returns the data of tracing systems (`tracestate`).
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

impl Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_bytes()).unwrap_or_default())
    }
}

fn span_id() -> u64 {
    uuid::quick_bits().max(1)
}

#[cfg(test)]
mod tests {
    use super::{MAX_STATE, TraceContext};
    use crate::Context;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn display_is_the_inverse_of_parse() {
        let context = TraceContext::parse(VALID).expect("valid");
        assert_eq!(context.to_string(), VALID);
        assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(context.is_sampled());
        let child = context.child();
        assert_eq!(child.trace_id(), context.trace_id());
        assert_ne!(child.span_id(), context.span_id());
        let root = TraceContext::root(false);
        assert_eq!(TraceContext::parse(&root.to_string()), Some(root));
    }

    #[test]
    fn long_state_is_dropped() {
        for (state, kept) in [("", false), ("a=1", true), (&*"a".repeat(MAX_STATE + 1), false)] {
            let trace = TraceContext::root(true).with_state(state);
            assert_eq!(trace.state(), kept.then_some(state));
            assert_eq!(trace.child().state(), trace.state());
        }
    }

    #[test]
    fn calls_inherit_the_trace_of_their_context() {
        let trace = TraceContext::root(true);
        let cx = Context::new().with_trace(trace.clone());
        for cx in [cx.child(), cx.detached(), cx.with_value(1)] {
            assert_eq!(cx.trace(), Some(&trace));
        }
        assert_eq!(Context::new().trace(), None);
    }

    #[test]
    fn later_versions_may_append_fields() {
        let later = VALID.replacen("00", "cc", 1);
        assert!(TraceContext::parse(&later).is_some());
        assert!(TraceContext::parse(&format!("{later}-more")).is_some());
    }

    #[test]
    fn malformed_traceparent_is_ignored() {
        for malformed in [
            "",
            "00",
            &VALID[..54],
            &format!("{VALID}-more"),
            &VALID.replacen("00", "ff", 1),
            &VALID.replacen("00", "0x", 1),
            &VALID.to_uppercase(),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-001",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::parse(malformed), None, "{malformed}");
        }
    }
}
