//! What a call carries besides its message.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{self, Instant},
};

use crate::{Metadata, Peer, Result, Value, lifeline::Line, values::Values};

pub use crate::lifeline::Lifeline;

/// The metadata of a call that has none.
static NO_METADATA: Metadata = Metadata::new();

/// What a call carries besides its message: its deadline, whether the caller still waits, and metadata both ways.
///
/// It is cheap to clone, and its clones are one call. A handler that calls another service gives that call a
/// [`child`](Context::child), which inherits what is left of the deadline and the cancellation, but not the metadata:
///
/// ```
/// # async fn handler(cx: rust_svc::Context) -> rust_svc::Result<()> {
/// let call = cx.child().with_timeout(std::time::Duration::from_millis(300)).with_metadata("x-tenant", "t1")?;
/// # Ok(()) }
/// ```
///
/// Time is tokio's, so that a test can pause it.
#[derive(Clone, Default)]
pub struct Context {
    deadline: Option<Instant>,
    lifelines: Line,
    metadata: Option<Arc<Metadata>>,
    peer: Option<Peer>,
    values: Values,
    stopping: Option<watch::Receiver<bool>>,
    response: Arc<Mutex<Response>>,
}

#[derive(Debug, Default)]
struct Response {
    headers: Metadata,
    trailers: Metadata,
}

impl Context {
    /// A call with no deadline, no metadata, and a caller that waits for ever.
    pub fn new() -> Self {
        Self::default()
    }

    /// A call on behalf of this one: it inherits the deadline, the cancellation and the values, and starts with no
    /// metadata.
    pub fn child(&self) -> Self {
        let (lifelines, stopping) = (self.lifelines.clone(), self.stopping.clone());
        Self { deadline: self.deadline, lifelines, stopping, ..self.detached() }
    }

    /// A call that goes on when this one ends, such as one that undoes what this one did: no deadline, no
    /// cancellation, no metadata. It has the values.
    pub fn detached(&self) -> Self {
        Self { peer: self.peer.clone(), values: self.values.clone(), ..Self::default() }
    }

    /// The same call, which must end within `timeout` from now, or at its own deadline if that is sooner.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        match Instant::now().checked_add(timeout) {
            Some(deadline) => self.with_deadline(deadline),
            None => self,
        }
    }

    /// The same call, which must end at `deadline`, or at its own deadline if that is sooner.
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |own| own.min(deadline)));
        self
    }

    /// The same call with one more entry of metadata. Fails if key or value may not travel, see [`Metadata`].
    pub fn with_metadata(mut self, key: &str, value: impl Into<Value>) -> Result<Self> {
        Arc::make_mut(self.metadata.get_or_insert_default()).append(key, value)?;
        Ok(self)
    }

    /// The same call with all of this metadata in place of its own.
    pub fn with_all_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = (!metadata.is_empty()).then(|| Arc::new(metadata));
        self
    }

    /// The same call, made by `peer`.
    pub fn with_peer(mut self, peer: impl Into<Peer>) -> Self {
        self.peer = Some(peer.into());
        self
    }

    /// The same call with a value that stays in this process, such as the identity of the caller, in place of one of the
    /// same type.
    pub fn with_value<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.values.insert(value);
        self
    }

    /// The same call, cancelled when the returned [`Lifeline`] is dropped, or with the call that it is a child of.
    pub fn with_lifeline(mut self) -> (Self, Lifeline) {
        let lifeline = self.lifelines.extend();
        (self, lifeline)
    }

    /// The same call, told that its server stops as soon as the value is true.
    pub fn with_stopping(mut self, stopping: watch::Receiver<bool>) -> Self {
        self.stopping = Some(stopping);
        self
    }

    /// When the call must have ended. `None` if it may take for ever.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// How long the call may still take; zero when the deadline has passed, `None` if it may take for ever.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Metadata of the request: what the caller sent, or what is to be sent.
    pub fn metadata(&self) -> &Metadata {
        self.metadata.as_deref().unwrap_or(&NO_METADATA)
    }

    /// Who the caller is, if the call came over a connection.
    pub fn peer(&self) -> Option<&Peer> {
        self.peer.as_ref()
    }

    /// The value of this type that [`with_value`](Self::with_value) put here.
    pub fn value<T: 'static>(&self) -> Option<&T> {
        self.values.get()
    }

    /// True when nobody waits for the answer any more: the caller went away, the deadline passed, or the call ended.
    pub fn is_cancelled(&self) -> bool {
        self.lifelines.is_cut() || self.remaining() == Some(Duration::ZERO)
    }

    /// Completes when nobody waits for the answer any more: the caller went away, the deadline passed, or the call
    /// ended. Work that a handler leaves behind with `tokio::spawn` must watch it; the handler itself is dropped.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.lifelines.cut() => (),
            () = self.expired() => (),
        }
    }

    /// Completes when the server stops: it waits for calls that are under way, but only for some time. A stream that may
    /// last for ever should end now, with `UNAVAILABLE`, so that its caller turns to another server.
    pub async fn stopping(&self) {
        let told = match self.stopping.clone() {
            Some(mut stopping) => stopping.wait_for(|stopping| *stopping).await.is_ok(),
            None => false,
        };
        if !told {
            std::future::pending().await
        }
    }

    /// Adds an entry to the headers of the answer. It must happen before the handler returns.
    pub fn set_header(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        self.response().headers.append(key, value)
    }

    /// Adds an entry to the trailers of the answer. It may happen until the last message is sent.
    pub fn set_trailer(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        self.response().trailers.append(key, value)
    }

    /// The headers of the answer: set by a handler, or received by a client.
    pub fn headers(&self) -> Metadata {
        self.response().headers.clone()
    }

    /// The trailers of the answer: set by a handler, or received by a client once the answer is complete.
    pub fn trailers(&self) -> Metadata {
        self.response().trailers.clone()
    }

    /// Puts what a transport received in place of the headers of the answer.
    pub fn receive_headers(&self, headers: Metadata) {
        self.response().headers = headers;
    }

    /// Puts what a transport received in place of the trailers of the answer.
    pub fn receive_trailers(&self, trailers: Metadata) {
        self.response().trailers = trailers;
    }

    /// Changes this context in its place.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn change(&mut self, change: impl FnOnce(Self) -> Self) {
        // What takes its place for that time costs no more than to count who shares it.
        let response = self.response.clone();
        let hollow = Self {
            deadline: None,
            lifelines: Line::default(),
            metadata: None,
            peer: None,
            values: Values::default(),
            stopping: None,
            response,
        };
        *self = change(std::mem::replace(self, hollow));
    }

    fn response(&self) -> MutexGuard<'_, Response> {
        self.response.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn expired(&self) {
        match self.deadline {
            Some(deadline) => time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("remaining", &self.remaining())
            .field("metadata", self.metadata())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
