//! A service that answers by a script, and records what it sees of each attempt.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use rust_svc::{Adapter, Code, Context, Error, Method, Result};
use tokio::time::{self, Instant};

use crate::support::{Running, start_with};

pub(crate) const CALL: Method = Method::unary("/test.v1.Scripted/Call");

/// The answer to one attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) code: Option<Code>,
    pub(crate) delay: Duration,
    pub(crate) pushback: Option<Duration>,
}

/// One attempt, as the service received it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The time that was left for the attempt; `None` if it had no deadline.
    pub(crate) remaining: Option<Duration>,
    /// The time since the response to the attempt before it.
    pub(crate) since_last: Option<Duration>,
    /// `None` while the attempt runs, or if its caller gave up.
    pub(crate) code: Option<Option<Code>>,
}

/// A service that answers attempt by attempt. After its script it answers once with success, and then with `OUT_OF_RANGE`.
#[derive(Default)]
pub(crate) struct Scripted(Mutex<State>);

#[derive(Default)]
struct State {
    script: VecDeque<Step>,
    is_over: bool,
    last: Option<Instant>,
    seen: Vec<Seen>,
}

impl Step {
    pub(crate) const OK: Self = Self { code: None, delay: Duration::ZERO, pushback: None };

    pub(crate) const fn fail(code: Code) -> Self {
        Self { code: Some(code), ..Self::OK }
    }

    pub(crate) const fn after_ms(self, millis: u64) -> Self {
        Self { delay: Duration::from_millis(millis), ..self }
    }

    pub(crate) const fn pushback_ms(self, millis: u64) -> Self {
        Self { pushback: Some(Duration::from_millis(millis)), ..self }
    }
}

impl Scripted {
    /// Begins a script, and forgets what was seen.
    pub(crate) fn play(&self, script: impl IntoIterator<Item = Step>) {
        *self.state() = State { script: script.into_iter().collect(), ..State::default() };
    }

    /// Returns what was seen of each attempt, in the order of their arrival.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    pub(crate) fn adapter(self: &Arc<Self>) -> Adapter<Self> {
        Adapter::new("test.v1.Scripted", self.clone()).unary(CALL, |it, cx, _: String| Box::pin(it.answer(cx)))
    }

    async fn answer(&self, cx: Context) -> Result<String> {
        // It is recorded before the delay, in which the caller may give up.
        let (index, step) = self.begin(&cx);
        time::sleep(step.delay).await;
        let mut state = self.state();
        state.seen[index].code = Some(step.code);
        state.last = Some(Instant::now());
        let error = |code| Error::new(code, "scripted");
        match (step.code, step.pushback) {
            (None, _) => Ok(index.to_string()),
            (Some(code), None) => Err(error(code)),
            (Some(code), Some(delay)) => Err(error(code).with_retry_delay(delay)),
        }
    }

    fn begin(&self, cx: &Context) -> (usize, Step) {
        let mut state = self.state();
        let since_last = state.last.map(|last| last.elapsed());
        state.seen.push(Seen { remaining: cx.remaining(), since_last, code: None });
        let step = match state.script.pop_front() {
            Some(step) => step,
            None if std::mem::replace(&mut state.is_over, true) => Step::fail(Code::OutOfRange),
            None => Step::OK,
        };
        (state.seen.len() - 1, step)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }
}

/// Starts a server of a scripted service.
pub(crate) async fn scripted() -> (Arc<Scripted>, Running) {
    let service = Arc::new(Scripted::default());
    let running = start_with(|server| server.adapter(service.adapter())).await;
    (service, running)
}
