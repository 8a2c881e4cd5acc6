//! Records of calls.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use crate::{Code, Context, Metadata};

/// The most messages that a record keeps: the first.
const MAX_MESSAGES: usize = 1000;

/// A call that was made: its request, and how it ended.
#[derive(Clone, Debug)]
pub struct CallRecord<Q> {
    number: usize,
    requests: Vec<Q>,
    end: Arc<OnceLock<CallEnd>>,
    metadata: Metadata,
    budget: Option<Duration>,
    peer: Option<String>,
}

/// The record of a call that may still run.
pub(in crate::fake) type SharedRecord<Q> = Arc<Mutex<CallRecord<Q>>>;

/// The end of a call.
#[derive(Clone, Copy, Debug)]
pub(in crate::fake) struct CallEnd {
    pub(in crate::fake) outcome: CallOutcome,
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

impl<Q> CallRecord<Q> {
    pub(in crate::fake) fn new(number: usize, cx: &Context, end: Arc<OnceLock<CallEnd>>) -> Self {
        let (metadata, budget) = (cx.metadata().clone(), cx.remaining());
        Self { number, requests: Vec::new(), end, metadata, budget, peer: cx.peer().map(ToString::to_string) }
    }

    /// Adds a message that was read, unless there are too many.
    pub(in crate::fake) fn add(&mut self, request: &Q)
    where
        Q: Clone,
    {
        if self.requests.len() < MAX_MESSAGES {
            self.requests.push(request.clone());
        }
    }

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

    /// Returns how the call ended; `None` while it runs.
    pub fn outcome(&self) -> Option<CallOutcome> {
        self.end.get().map(|end| end.outcome)
    }

    /// Returns the time that the call took; `None` while it runs.
    pub fn elapsed(&self) -> Option<Duration> {
        self.end.get().map(|end| end.elapsed)
    }
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
