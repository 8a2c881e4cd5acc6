//! What is known of a call that was made.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use crate::{Code, Context, Metadata};

/// A call that was made: what it asked for, and how it ended.
#[derive(Clone, Debug)]
pub struct Record<Q> {
    pub(super) number: usize,
    pub(super) requests: Vec<Q>,
    pub(super) outcome: Arc<OnceLock<Outcome>>,
    metadata: Metadata,
    budget: Option<Duration>,
    peer: Option<String>,
}

/// A call that may still run.
pub(super) type Live<Q> = Arc<Mutex<Record<Q>>>;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered to the end.
    Ok,
    /// It failed.
    Failed(Code),
    /// The caller dropped it before its end.
    Abandoned,
}

impl<Q> Record<Q> {
    pub(super) fn new(number: usize, cx: &Context, outcome: Arc<OnceLock<Outcome>>) -> Self {
        let (metadata, budget) = (cx.metadata().clone(), cx.remaining());
        Self { number, requests: Vec::new(), outcome, metadata, budget, peer: cx.peer().map(ToString::to_string) }
    }

    /// Its number among all calls of the session, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The request; of a stream, the first that was read. `None` if none was read.
    pub fn request(&self) -> Option<&Q> {
        self.requests.first()
    }

    /// All requests that were read, in order.
    pub fn requests(&self) -> &[Q] {
        &self.requests
    }

    /// The metadata of the request.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How long the call could take when it arrived; `None` if for ever.
    pub fn deadline_budget(&self) -> Option<Duration> {
        self.budget
    }

    /// The address of the caller, if the call came over a network.
    pub fn peer(&self) -> Option<&str> {
        self.peer.as_deref()
    }

    /// How the call ended; `None` while it runs.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.get().copied()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed(code) => code.fmt(f),
            Self::Abandoned => f.write_str("abandoned"),
        }
    }
}
