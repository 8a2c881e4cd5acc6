//! Where a call stands in a trace.

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use crate::{Context, call::ids::hex, call::ids::uuid};

/// A longer `tracestate` need not be passed on.
const LONGEST_STATE: usize = 512;

/// How long `traceparent` is.
const LENGTH: usize = 55;

/// The place of a call in a trace, by the Trace Context of W3C (level 1). It displays as the value of `traceparent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    /// The span above it, in this process or in the caller's; zero if there is none.
    parent: u64,
    flags: u8,
    state: Option<Arc<str>>,
}

impl TraceContext {
    /// The metadata that carries it.
    pub const HEADER: &str = "traceparent";

    /// The metadata in which tracing systems keep what is their own.
    pub const STATE: &str = "tracestate";

    /// The beginning of a trace.
    pub fn root(is_sampled: bool) -> Self {
        let [high, low] = [uuid::quick_bits(), uuid::quick_bits()];
        let trace_id = (u128::from(high) << 64 | u128::from(low)).max(1);
        Self { trace_id, span_id: span_id(), parent: 0, flags: u8::from(is_sampled), state: None }
    }

    /// What `traceparent` says; `None` if it is malformed, and so to be ignored.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let (text, rest) = traceparent.as_bytes().split_first_chunk::<LENGTH>()?;
        let pairs = [b'0', b'0', b'0', b'0', text[0], text[1], text[53], text[54]];
        let [.., version, flags] = hex::read(&pairs)?.to_be_bytes();
        let (trace_id, span_id) = (hex::read(&text[3..35])?, hex::read(&text[36..52])? as u64);
        // What follows is for versions to come.
        let is_whole = rest.is_empty() || (version != 0 && rest[0] == b'-');
        if !is_whole || [2, 35, 52].iter().any(|dash| text[*dash] != b'-') {
            return None;
        }
        let is_valid = version != 0xff && trace_id != 0 && span_id != 0;
        is_valid.then_some(Self { trace_id, span_id, parent: 0, flags: flags & 1, state: None })
    }

    /// The same with what tracing systems keep with the trace; without it if that is empty, or of more than 512 bytes.
    pub fn with_state(self, state: &str) -> Self {
        let is_kept = !state.is_empty() && state.len() <= LONGEST_STATE;
        Self { state: is_kept.then(|| state.into()), ..self }
    }

    /// The place of a call; `None` unless a `Trace` of [`observe`](crate::observe) is around it, or it was
    /// [put there](Context::with_trace).
    pub fn of(cx: &Context) -> Option<&Self> {
        cx.trace()
    }

    /// A place below this one, with a span of its own.
    pub fn child(&self) -> Self {
        Self { span_id: span_id(), parent: self.span_id, ..self.clone() }
    }

    /// The number of the trace, as 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// The number of the span, as 16 hexadecimal digits.
    pub fn span_id(&self) -> String {
        format!("{:016x}", self.span_id)
    }

    /// The value of `traceparent`. Every call has one, so it is printed without the machinery of formats.
    pub(crate) fn to_bytes(&self) -> [u8; LENGTH] {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        hex::print(&self.trace_id.to_be_bytes(), &mut text[3..35]);
        hex::print(&self.span_id.to_be_bytes(), &mut text[36..52]);
        // The only flag that is passed on.
        text[54] += self.flags;
        text
    }

    /// The number of the trace.
    #[cfg(feature = "otlp")]
    pub(crate) fn trace(&self) -> u128 {
        self.trace_id
    }

    /// The number of the span above it; zero if there is none.
    #[cfg(feature = "otlp")]
    pub(crate) fn parent(&self) -> u64 {
        self.parent
    }

    /// The number of the span.
    #[cfg(any(feature = "client", feature = "otlp"))]
    pub(crate) fn span(&self) -> u64 {
        self.span_id
    }

    /// Whether the trace is recorded.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// What tracing systems keep with the trace.
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
    use super::{LONGEST_STATE, TraceContext};
    use crate::Context;

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn it_displays_as_it_was_read() {
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
    fn a_state_is_kept_whole_or_not_at_all() {
        for (state, kept) in [("", false), ("a=1", true), (&*"a".repeat(LONGEST_STATE + 1), false)] {
            let place = TraceContext::root(true).with_state(state);
            assert_eq!(place.state(), kept.then_some(state));
            assert_eq!(place.child().state(), place.state());
        }
    }

    #[test]
    fn calls_have_the_place_that_their_context_has() {
        let place = TraceContext::root(true);
        let cx = Context::new().with_trace(place.clone());
        for cx in [cx.child(), cx.detached(), cx.with_value(1)] {
            assert_eq!(TraceContext::of(&cx), Some(&place));
        }
        assert_eq!(TraceContext::of(&Context::new()), None);
    }

    #[test]
    fn later_versions_may_say_more() {
        let later = VALID.replacen("00", "cc", 1);
        assert!(TraceContext::parse(&later).is_some());
        assert!(TraceContext::parse(&format!("{later}-what-comes")).is_some());
    }

    #[test]
    fn what_is_malformed_is_ignored() {
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
