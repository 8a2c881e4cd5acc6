//! Records of calls.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use tokio::time::Instant;

#[cfg(feature = "adapter")]
use crate::call::connection_info::PreviousAttempts;
use crate::{
    Code, Context, Error, Metadata, TraceContext, Value,
    fake::{
        erased::AnyMessage,
        text::{json, values},
    },
};

/// The most messages that a record keeps: the first.
const MAX_MESSAGES: usize = 1000;

/// A call that was made: its requests and responses, and how it ended.
#[derive(Clone, Debug)]
pub struct CallRecord<Q, R> {
    number: usize,
    requests: Vec<Q>,
    responses: Vec<R>,
    end: Arc<OnceLock<CallEnd>>,
    metadata: Metadata,
    budget: Option<Duration>,
    peer: Option<String>,
    started: Instant,
    attempt: u32,
    trace: Option<TraceContext>,
}

/// The record of a call that may still run.
pub(in crate::fake) type SharedRecord = Arc<Mutex<CallRecord<AnyMessage, AnyMessage>>>;

/// The end of a call.
#[derive(Clone, Debug)]
pub(in crate::fake) struct CallEnd {
    pub(in crate::fake) outcome: CallOutcome,
    pub(in crate::fake) error: Option<Error>,
    pub(in crate::fake) elapsed: Duration,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// The caller received the whole response.
    Ok,
    /// The call failed.
    Failed(Code),
    /// The caller dropped the call before its end.
    Abandoned,
}

impl CallRecord<AnyMessage, AnyMessage> {
    pub(in crate::fake) fn new(number: usize, cx: &Context, started: Instant, end: Arc<OnceLock<CallEnd>>) -> Self {
        Self {
            number,
            requests: Vec::new(),
            responses: Vec::new(),
            end,
            metadata: cx.metadata().clone(),
            budget: cx.deadline().map(|deadline| deadline.saturating_duration_since(started)),
            peer: cx.peer().map(ToString::to_string),
            started,
            attempt: attempt(cx),
            trace: trace(cx),
        }
    }

    /// Returns the record with the types of its messages.
    pub(in crate::fake) fn typed<Q: 'static, R: 'static>(self) -> CallRecord<Q, R> {
        let Self { number, requests, responses, end, metadata, budget, peer, started, attempt, trace } = self;
        let requests = requests.into_iter().map(|request| *request.into_box()).collect();
        let responses = responses.into_iter().map(|response| *response.into_box()).collect();
        CallRecord { number, requests, responses, end, metadata, budget, peer, started, attempt, trace }
    }

    /// Adds a message that was read, unless there are too many.
    pub(in crate::fake) fn add(&mut self, request: &AnyMessage) {
        if self.requests.len() < MAX_MESSAGES {
            self.requests.push(request.clone());
        }
    }

    /// Adds a message that the caller got, unless there are too many.
    pub(in crate::fake) fn add_response(&mut self, response: &AnyMessage) {
        if self.responses.len() < MAX_MESSAGES {
            self.responses.push(response.clone());
        }
    }
}

impl<Q, R> CallRecord<Q, R> {
    /// Returns the number of the call among all calls of the session, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Returns the request; of a stream, the first message that was read. `None` if none was read.
    pub fn request(&self) -> Option<&Q> {
        self.requests.first()
    }

    /// Returns the requests that were read, in order; of a long stream, the first 1,000.
    pub fn requests(&self) -> &[Q] {
        &self.requests
    }

    /// Returns the response; of a stream, the first message that the caller got. `None` if it got none.
    pub fn response(&self) -> Option<&R> {
        self.responses.first()
    }

    /// Returns the responses that the caller got, in order; of a long stream, the first 1,000.
    pub fn responses(&self) -> &[R] {
        &self.responses
    }

    /// Returns the metadata of the request.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Returns the time that the call had when it arrived; `None` if it had no deadline.
    pub fn deadline_budget(&self) -> Option<Duration> {
        self.budget
    }

    /// Returns the address of the caller, if the call came over a network.
    pub fn peer(&self) -> Option<&str> {
        self.peer.as_deref()
    }

    /// Returns when the call arrived.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Returns the number of the attempt that a client's retries made, from 1. A direct call is the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns the trace of the call, if it has one.
    pub fn trace(&self) -> Option<&TraceContext> {
        self.trace.as_ref()
    }

    /// Returns the error that the caller got; `None` while the call runs, and if it succeeded or was abandoned.
    pub fn error(&self) -> Option<&Error> {
        self.end.get()?.error.as_ref()
    }

    /// Returns how the call ended; `None` while it runs.
    pub fn outcome(&self) -> Option<CallOutcome> {
        self.end.get().map(|end| end.outcome)
    }

    /// Returns the time that the call took; `None` while it runs.
    pub fn elapsed(&self) -> Option<Duration> {
        self.end.get().map(|end| end.elapsed)
    }
}

/// Assertions, which show the call.
impl<Q: fmt::Debug, R: fmt::Debug> CallRecord<Q, R> {
    /// Fails the test unless the call is this attempt of a client, from 1.
    ///
    /// # Panics
    ///
    /// If it is another.
    #[track_caller]
    pub fn assert_attempt(&self, attempt: u32) {
        assert!(self.attempt == attempt, "expected attempt {attempt}, got {}: {self}", self.attempt);
    }

    /// Fails the test unless the call ended like this.
    ///
    /// # Panics
    ///
    /// If it ended otherwise, or still runs.
    #[track_caller]
    pub fn assert_outcome(&self, outcome: CallOutcome) {
        assert!(self.outcome() == Some(outcome), "expected the outcome {outcome}: {self}");
    }

    /// Fails the test unless the call arrived with a deadline, and no more time left than this.
    ///
    /// # Panics
    ///
    /// If it has more time, or no deadline.
    #[track_caller]
    pub fn assert_deadline_within(&self, limit: Duration) {
        assert!(self.budget.is_some_and(|budget| budget <= limit), "expected a deadline within {limit:?}: {self}");
    }

    /// Fails the test unless the call ended, and took no longer than this.
    ///
    /// # Panics
    ///
    /// If it took longer, or still runs.
    #[track_caller]
    pub fn assert_elapsed_within(&self, limit: Duration) {
        assert!(self.elapsed().is_some_and(|elapsed| elapsed <= limit), "expected an end within {limit:?}: {self}");
    }

    /// Fails the test unless the call belongs to this trace, whatever its span.
    ///
    /// # Panics
    ///
    /// If it belongs to another, or to none.
    #[track_caller]
    pub fn assert_trace(&self, trace: &TraceContext) {
        let got = self.trace.as_ref().map_or_else(|| "none".to_owned(), TraceContext::trace_id);
        assert!(got == trace.trace_id(), "expected the trace {}, got {got}: {self}", trace.trace_id());
    }

    /// Fails the test unless the call has this entry of metadata.
    ///
    /// # Panics
    ///
    /// If it has none, or another.
    #[track_caller]
    pub fn assert_metadata(&self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let got = values(self.metadata.get_all(key));
        let is_there = self.metadata.get_all(key).any(|other| *other == value);
        assert!(is_there, "expected the metadata {key} to be {value:?}, got {got}: {self}");
    }
}

/// Assertions on the response.
impl<Q: fmt::Debug, R: fmt::Debug + PartialEq> CallRecord<Q, R> {
    /// Fails the test unless the caller got this response; of a stream, unless it is the only one.
    ///
    /// # Panics
    ///
    /// If it got another, or none.
    #[track_caller]
    pub fn assert_response(&self, response: &R) {
        let got = self.responses.iter().map(json::of).collect::<Vec<_>>().join(", ");
        let is_it = self.responses.len() == 1 && self.responses.first() == Some(response);
        assert!(is_it, "expected the response {}, got {}: {self}", json::of(response), or_none(&got));
    }
}

/// Displays as in `call #3, attempt 2, deadline 298ms, UNAVAILABLE after 12ms, {"product_id":"tea"}`.
impl<Q: fmt::Debug, R> fmt::Display for CallRecord<Q, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call #{}, attempt {}", self.number, self.attempt)?;
        match self.budget {
            Some(budget) => write!(f, ", deadline {budget:?}")?,
            None => f.write_str(", no deadline")?,
        }
        match self.end.get() {
            Some(end) => write!(f, ", {} after {:?}", end.outcome, end.elapsed)?,
            None => f.write_str(", running")?,
        }
        self.requests.iter().try_for_each(|request| write!(f, ", {}", json::of(request)))
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// Returns the trace of a call. Without an observer of traces, it is only in the metadata.
fn trace(cx: &Context) -> Option<TraceContext> {
    cx.trace().cloned().or_else(|| TraceContext::parse(cx.metadata().get(TraceContext::HEADER)?))
}

#[cfg(feature = "adapter")]
fn attempt(cx: &Context) -> u32 {
    cx.value().map_or(1, |PreviousAttempts(previous)| previous.saturating_add(1))
}

#[cfg(not(feature = "adapter"))]
fn attempt(_: &Context) -> u32 {
    1
}

impl fmt::Display for CallOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed(code) => code.fmt(f),
            Self::Abandoned => f.write_str("abandoned"),
        }
    }
}
