//! Where a call stands in a trace.

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use crate::{Context, uuid};

/// The metadata in which tracing systems keep what is their own.
pub(super) const STATE: &str = "tracestate";

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
    pub(crate) const HEADER: &str = "traceparent";

    /// The beginning of a trace.
    pub fn root(is_sampled: bool) -> Self {
        let [high, low] = [uuid::quick_bits(), uuid::quick_bits()];
        let trace_id = (u128::from(high) << 64 | u128::from(low)).max(1);
        Self { trace_id, span_id: span_id(), parent: 0, flags: u8::from(is_sampled), state: None }
    }

    /// What `traceparent` says; `None` if it is malformed, and so to be ignored.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let (text, rest) = traceparent.as_bytes().split_first_chunk::<LENGTH>()?;
        let (version, flags) = (number(&text[..2])?, u8::from(number(&text[53..])? & 1 == 1));
        let trace_id = u128::from(number(&text[3..19])?) << 64 | u128::from(number(&text[19..35])?);
        let span_id = number(&text[36..52])?;
        // What follows is for versions to come.
        let is_whole = rest.is_empty() || (version != 0 && rest[0] == b'-');
        if !is_whole || [2, 35, 52].iter().any(|dash| text[*dash] != b'-') {
            return None;
        }
        let is_valid = version != 0xff && trace_id != 0 && span_id != 0;
        is_valid.then_some(Self { trace_id, span_id, parent: 0, flags, state: None })
    }

    /// What the metadata of a request says of its caller's place.
    pub(super) fn received(cx: &Context) -> Option<Self> {
        let parent = only(cx, Self::HEADER)?;
        Some(Self { state: received_state(cx), ..Self::parse(parent)? })
    }

    /// The place of a call; `None` unless a [`Trace`](super::Trace) is around it.
    pub fn of(cx: &Context) -> Option<&Self> {
        cx.value()
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
        print(self.trace_id, &mut text[3..35]);
        print(self.span_id.into(), &mut text[36..52]);
        print(self.flags.into(), &mut text[53..]);
        text
    }

    /// The number of the trace.
    #[cfg(feature = "otlp")]
    pub(super) fn trace(&self) -> u128 {
        self.trace_id
    }

    /// The number of the span above it; zero if there is none.
    #[cfg(feature = "otlp")]
    pub(super) fn parent(&self) -> u64 {
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

    /// What other tracing systems keep with the trace.
    pub(super) fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
}

impl Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_bytes()).unwrap_or_default())
    }
}

/// The text under a key, if there is no other.
fn only<'a>(cx: &'a Context, key: &str) -> Option<&'a str> {
    let (mut only, mut count) = (None, 0);
    cx.texts(key, &mut |text| (only, count) = (Some(text), count + 1));
    only.filter(|_| count == 1)
}

fn received_state(cx: &Context) -> Option<Arc<str>> {
    let mut states = Vec::new();
    cx.texts(STATE, &mut |state| states.push(state));
    let state = Some(states.join(",")).filter(|state| !state.is_empty() && state.len() <= LONGEST_STATE);
    state.map(Into::into)
}

fn span_id() -> u64 {
    uuid::quick_bits().max(1)
}

/// Prints the last digits of a number.
fn print(mut number: u128, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(number & 0xf) as usize];
        number >>= 4;
    }
}

/// What stands for a byte that is no hexadecimal digit, or a capital one.
const NONE: u8 = 0x80;

/// What each byte is as a digit.
static DIGITS: [u8; 256] = {
    let (mut digits, mut digit) = ([NONE; 256], 0);
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// The number that digits are.
fn number(digits: &[u8]) -> Option<u64> {
    let (mut number, mut seen) = (0, 0);
    for digit in digits {
        let value = DIGITS[usize::from(*digit)];
        seen |= value;
        number = number << 4 | u64::from(value);
    }
    (seen < NONE).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::TraceContext;

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
