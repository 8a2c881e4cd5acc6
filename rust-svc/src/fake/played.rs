//! Calls that the test plays itself.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, Mutex},
};

use tokio::sync::{Notify, oneshot};

use crate::{
    Error, Result, Sender, Streaming,
    fake::{Call, Shape, lock},
};

/// How many messages the test may send before the code under test reads them.
const AHEAD: usize = 16;

/// A call that the test plays itself: it reads what the code under test sends, and answers when and what it likes.
///
/// It is also the [`Call`], with its metadata and [`cancelled`](Call::cancelled). When it is dropped, a stream of
/// answers ends, and a call that still owes its one answer fails with `CANCELLED`.
#[derive(Debug)]
pub struct Played<M, A> {
    call: Call<M>,
    answer: A,
}

/// The one answer that a [`Played`] call owes.
#[derive(Debug)]
pub struct Reply<R>(oneshot::Sender<Result<R>>);

/// Calls that wait for the test to take them.
pub(super) struct Queue<S: Shape> {
    waiting: Mutex<VecDeque<Waiting<S>>>,
    arrived: Notify,
}

/// A call that waits, and where its answer goes.
pub(super) type Waiting<S> = (Call<<S as Shape>::Input>, oneshot::Sender<Result<<S as Shape>::Output>>);

impl<S: Shape> Queue<S> {
    /// Waits to be taken, and then for the answer.
    pub(super) async fn enter(self: Arc<Self>, call: Call<S::Input>) -> Result<S::Output> {
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).push_back((call, sender));
        self.arrived.notify_one();
        answer.await.unwrap_or_else(|_| Err(Error::cancelled("the test dropped the call")))
    }

    /// The first call that waits and is not over.
    pub(super) async fn leave(&self) -> Waiting<S> {
        loop {
            if let Some(waiting) = self.first() {
                return waiting;
            }
            self.arrived.notified().await;
        }
    }

    /// Fails the calls that wait.
    pub(super) fn clear(&self) {
        lock(&self.waiting).clear();
    }

    fn first(&self) -> Option<Waiting<S>> {
        let mut waiting = lock(&self.waiting);
        waiting.retain(|(_, answer)| !answer.is_closed());
        let first = waiting.pop_front();
        // One notification may stand for several arrivals.
        if !waiting.is_empty() {
            self.arrived.notify_one();
        }
        first
    }
}

impl<S: Shape> Default for Queue<S> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), arrived: Notify::new() }
    }
}

impl<M, R> Played<M, Reply<R>> {
    pub(super) fn replying((call, answer): (Call<M>, oneshot::Sender<Result<R>>)) -> Self {
        Self { call, answer: Reply(answer) }
    }

    /// Answers the call.
    pub fn answer(self, response: R) {
        // A caller that went away has no use for the answer.
        let _ = self.answer.0.send(Ok(response));
    }

    /// Fails the call.
    pub fn fail(self, error: Error) {
        let _ = self.answer.0.send(Err(error));
    }
}

impl<M, R: Send + 'static> Played<M, Sender<R>> {
    pub(super) fn streaming((call, answer): (Call<M>, oneshot::Sender<Result<Streaming<R>>>)) -> Self {
        let (sender, answers) = Streaming::channel(AHEAD);
        let _ = answer.send(Ok(answers));
        Self { call, answer: sender }
    }

    /// Sends a message; waits while the code under test is far behind. Fails with `CANCELLED` when nobody reads.
    pub async fn send(&self, response: R) -> Result<()> {
        self.answer.send(response).await
    }

    /// Ends the answers, and the call.
    pub fn end(self) {}

    /// Fails the call, after what was sent.
    pub async fn fail(self, error: Error) {
        self.answer.fail(error).await;
    }
}

impl<Q: Send + 'static, A> Played<Streaming<Q>, A> {
    /// The next message of the code under test; `None` when it has sent all. It waits for as long as the call runs, and
    /// fails with `CANCELLED` when that is over.
    pub async fn recv(&mut self) -> Result<Option<Q>> {
        let cx = self.call.context().clone();
        tokio::select! {
            biased;
            request = self.call.request_mut().next() => request.transpose(),
            () = cx.cancelled() => Err(Error::cancelled("the call is over")),
        }
    }
}

impl<M, A> Deref for Played<M, A> {
    type Target = Call<M>;

    fn deref(&self) -> &Call<M> {
        &self.call
    }
}
