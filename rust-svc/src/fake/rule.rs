//! A script that is in force.

use std::{
    panic::Location,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use tokio::time;

use crate::{
    Context, Metadata, Result, Value,
    fake::{Call, Gate, Shape, Times, condition::Condition},
};

/// What answers a call. Messages are boxed: each function that passes on a large one would need room for several of it.
pub(super) type Answer<S> =
    Box<dyn Fn(Call<<S as Shape>::Input>) -> BoxFuture<'static, Result<Box<<S as Shape>::Output>>> + Send + Sync>;

/// A script that is in force: which calls it answers, how many, and how.
pub(super) struct Rule<S: Shape> {
    pub(super) location: &'static Location<'static>,
    pub(super) times: Times,
    pub(super) used: AtomicUsize,
    pub(super) preface: Preface<S>,
    pub(super) answer: Answer<S>,
}

/// What a script of any kind says before it answers.
pub(super) struct Preface<S: Shape> {
    pub(super) conditions: Vec<Condition<S::Message>>,
    pub(super) pauses: Vec<Pause>,
    pub(super) headers: Metadata,
    pub(super) trailers: Metadata,
}

/// What an answer waits for.
#[derive(Clone)]
pub(super) enum Pause {
    Time(Duration),
    Gate(Gate),
}

impl<S: Shape> Rule<S> {
    /// The conditions that the call does not meet, in words.
    pub(super) fn obstacles(&self, request: Option<&S::Message>, cx: &Context) -> Vec<String> {
        self.preface.conditions.iter().filter_map(|condition| condition.check(request, cx).err()).collect()
    }

    /// Takes one of the calls that the rule may answer; false if it is used up.
    pub(super) fn claim(&self) -> bool {
        let more = |used| self.times.allows_more(used).then_some(used + 1);
        self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
    }

    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    pub(super) async fn answer(self: Arc<Self>, call: Call<S::Input>) -> Result<Box<S::Output>> {
        for pause in &self.preface.pauses {
            pause.wait().await;
        }
        set(&self.preface.headers, |key, value| call.context().set_header(key, value))?;
        set(&self.preface.trailers, |key, value| call.context().set_trailer(key, value))?;
        (self.answer)(call).await
    }
}

impl<S: Shape> Default for Preface<S> {
    fn default() -> Self {
        Self { conditions: Vec::new(), pauses: Vec::new(), headers: Metadata::new(), trailers: Metadata::new() }
    }
}

impl Pause {
    pub(super) async fn wait(&self) {
        match self {
            Self::Time(duration) => time::sleep(*duration).await,
            Self::Gate(gate) => gate.pass().await,
        }
    }
}

fn set(entries: &Metadata, entry: impl Fn(&str, Value) -> Result<()>) -> Result<()> {
    entries.iter().try_for_each(|(key, value)| entry(key, value.clone()))
}
