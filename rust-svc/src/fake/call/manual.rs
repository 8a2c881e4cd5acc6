//! Calls that the test controls itself.

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, Mutex},
};

use tokio::{
    sync::{Notify, oneshot},
    time,
};

use super::{
    fake_call::FakeCall,
    progress::{Position, ScriptRun},
};
use crate::{
    Error, Result, Sender, Streaming,
    fake::{lock::lock, session::LIMIT},
};

/// The most messages that the test may send before the code under test reads them.
const SEND_BUFFER: usize = 16;

/// A call that the test controls itself: it reads the requests, and responds when it likes.
///
/// It is also the [`FakeCall`], with its metadata and [`cancelled`](FakeCall::cancelled). When it is dropped, a stream of
/// responses that has begun ends, and any other call fails with `CANCELLED`.
#[derive(Debug)]
pub struct ManualCall<M, A> {
    call: FakeCall<M>,
    responder: A,
}

/// Sends the one response of a [`ManualCall`].
#[derive(Debug)]
pub struct ReplySender<R>(oneshot::Sender<Result<R>>);

/// Sends the stream of responses of a [`ManualCall`].
#[derive(Debug)]
pub struct ResponseSender<R> {
    sender: Sender<R>,
    /// `None` once the stream has begun.
    beginning: Mutex<Option<Beginning<R>>>,
}

type Beginning<R> = (oneshot::Sender<Result<Streaming<R>>>, Streaming<R>);

/// A sender that may have to begin its response before the caller sends requests.
pub trait BeginResponse {
    /// Begins the response, unless it has begun.
    fn begin(&self);
}

/// A call that waits for the test to take it, and where its response goes.
pub(in crate::fake) type WaitingCall<I, O> = (FakeCall<I>, oneshot::Sender<Result<O>>);

/// Calls that wait for the test to take them.
pub(in crate::fake) struct ManualQueue<I, O> {
    waiting: Mutex<VecDeque<WaitingCall<I, O>>>,
    arrived: Notify,
}

impl<I: Send + 'static, O: Send + 'static> ManualQueue<I, O> {
    pub(in crate::fake) fn new() -> Self {
        Self { waiting: Mutex::default(), arrived: Notify::new() }
    }

    /// Waits for the test to take the call and to respond to it.
    pub(in crate::fake) async fn enter(self: Arc<Self>, call: FakeCall<I>) -> Result<O> {
        let (reporter, run) = (call.reporter.clone(), call.run.clone());
        let _claim = QueueClaim(run.clone());
        let (sender, mut response) = oneshot::channel();
        run.reach(Position::Queue);
        lock(&self.waiting).push_back((call, sender));
        self.arrived.notify_one();
        let received = tokio::select! {
            received = time::timeout(LIMIT, &mut response) => received,
            () = run.given_up() => return Err(drop_error()),
        };
        match received {
            Ok(Ok(response)) => response,
            Ok(Err(_)) if run.is_complete() => Err(drop_error()),
            Ok(Err(_)) => Err(reporter.unexpected("it waited for the test to take it, which dropped `ManualCalls`")),
            Err(_) if self.withdraw(reporter.number) => {
                Err(reporter.unexpected(&format!("it waited {LIMIT:?} for the test to take it")))
            }
            Err(_) => response.await.unwrap_or_else(|_| Err(drop_error())),
        }
    }

    /// Waits for the first call that is not over.
    pub(in crate::fake) async fn leave(&self) -> WaitingCall<I, O> {
        loop {
            if let Some(waiting) = self.first() {
                waiting.0.run.complete();
                return waiting;
            }
            self.arrived.notified().await;
        }
    }

    /// Fails the calls that wait.
    pub(in crate::fake) fn clear(&self) {
        lock(&self.waiting).clear();
    }

    fn withdraw(&self, number: usize) -> bool {
        let mut waiting = lock(&self.waiting);
        let before = waiting.len();
        waiting.retain(|(call, _)| call.reporter.number != number);
        waiting.len() < before
    }

    fn first(&self) -> Option<WaitingCall<I, O>> {
        let mut waiting = lock(&self.waiting);
        waiting.retain(|(_, response)| !response.is_closed());
        let first = waiting.pop_front();
        // One notification may be for several calls.
        if !waiting.is_empty() {
            self.arrived.notify_one();
        }
        first
    }
}

/// A place in the queue, which another call gets if this one leaves before the test takes it.
struct QueueClaim(Arc<ScriptRun>);

impl Drop for QueueClaim {
    fn drop(&mut self) {
        // The test has taken the call if the script has ended.
        if !self.0.may_end() {
            self.0.release();
        }
    }
}

fn drop_error() -> Error {
    Error::cancelled("the test dropped the call")
}

impl<M, A> ManualCall<M, A> {
    /// Adds an entry to the response headers. They are sent when the response begins. Fails as
    /// [`Context::set_header`](crate::Context::set_header) does.
    pub fn set_header(&self, key: &str, value: impl Into<crate::Value>) -> Result<()> {
        self.call.context().set_header(key, value)
    }

    /// Adds an entry to the response trailers. Fails as [`Context::set_trailer`](crate::Context::set_trailer) does.
    pub fn set_trailer(&self, key: &str, value: impl Into<crate::Value>) -> Result<()> {
        self.call.context().set_trailer(key, value)
    }
}

impl<M, R> ManualCall<M, ReplySender<R>> {
    pub(in crate::fake) fn with_reply((call, response): WaitingCall<M, R>) -> Self {
        Self { call, responder: ReplySender(response) }
    }

    /// Responds to the call.
    pub fn answer(self, response: R) {
        // A caller that left has no use for the response.
        let _ = self.responder.0.send(Ok(response));
    }

    /// Fails the call.
    pub fn fail(self, error: impl Into<Error>) {
        let _ = self.responder.0.send(Err(error.into()));
    }
}

impl<M, R: Send + 'static> ManualCall<M, ResponseSender<R>> {
    pub(in crate::fake) fn with_responses((call, response): WaitingCall<M, Streaming<R>>) -> Self {
        let (sender, responses) = Streaming::channel(SEND_BUFFER);
        Self { call, responder: ResponseSender { sender, beginning: Mutex::new(Some((response, responses))) } }
    }

    /// Begins the stream of responses, with the headers so far. The first `send` or `recv` begins it, too.
    pub fn begin(&self) {
        self.responder.begin();
    }

    /// Sends a message; waits while the code under test is far behind. Fails with `CANCELLED` when it stopped reading.
    pub async fn send(&self, response: R) -> Result<()> {
        self.begin();
        self.responder.sender.send(response).await
    }

    /// Ends the stream of responses, and the call.
    pub fn end(self) {
        self.begin();
    }

    /// Fails the call. If the stream has begun, it fails after the messages; otherwise the call is refused without a
    /// stream.
    pub async fn fail(self, error: impl Into<Error>) {
        let beginning = lock(&self.responder.beginning).take();
        match beginning {
            Some((response, _)) => drop(response.send(Err(error.into()))),
            None => self.responder.sender.fail(error.into()).await,
        }
    }
}

impl<Q: Send + 'static, A: BeginResponse> ManualCall<Streaming<Q>, A> {
    /// Waits for the next message of the code under test; `None` after the last. Fails with `CANCELLED` when the call
    /// is over.
    pub async fn recv(&mut self) -> Result<Option<Q>> {
        self.responder.begin();
        let cx = self.call.context().clone();
        tokio::select! {
            biased;
            request = self.call.request_mut().next() => request.transpose(),
            () = cx.cancelled() => Err(Error::cancelled("the call is over")),
        }
    }
}

impl<R> BeginResponse for ReplySender<R> {
    fn begin(&self) {}
}

impl<R> BeginResponse for ResponseSender<R> {
    fn begin(&self) {
        if let Some((response, responses)) = lock(&self.beginning).take() {
            // A caller that left has no use for the stream.
            let _ = response.send(Ok(responses));
        }
    }
}

impl<M, A> Deref for ManualCall<M, A> {
    type Target = FakeCall<M>;

    fn deref(&self) -> &FakeCall<M> {
        &self.call
    }
}
