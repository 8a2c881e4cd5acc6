//! What a call carries besides its message.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{self, Instant},
};

use super::{
    cancellation::{CancelGuard, CancelToken},
    extensions::Extensions,
    lazy_metadata::LazyMetadata,
    metadata::{Metadata, Value},
    peer::Peer,
    shutdown::DrainSignal,
    trace::TraceContext,
};
#[cfg(feature = "adapter")]
use super::{connection_info::ConnectionInfo, lazy_metadata::ReceivedMetadata};
use crate::Result;

/// What a call carries that carries nothing.
static NOTHING: Parts = Parts::new();

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
#[derive(Clone)]
pub struct Context(Option<triomphe::Arc<Parts>>);

/// What clones share until one of them is changed. `None` stands for [`NOTHING`], for as long as a context has moved
/// elsewhere.
#[derive(Clone)]
struct Parts {
    deadline: Option<Instant>,
    lifelines: CancelToken,
    metadata: LazyMetadata,
    peer: Option<Peer>,
    trace: Option<TraceContext>,
    values: Extensions,
    draining: Option<DrainSignal>,
    answer: Answer,
}

/// Tells when nobody waits for the answer to a call any more.
#[cfg(feature = "client")]
pub(crate) struct Cancellation {
    deadline: Option<Instant>,
    lifelines: CancelToken,
}

/// The answer to a call, which all of its contexts share. Most have neither headers nor trailers.
#[derive(Default)]
struct Answer(OnceLock<Arc<Mutex<Response>>>);

#[derive(Debug, Default)]
struct Response {
    headers: Metadata,
    trailers: Metadata,
}

impl Parts {
    const fn new() -> Self {
        Self {
            deadline: None,
            lifelines: CancelToken::new(),
            metadata: LazyMetadata::none(),
            peer: None,
            trace: None,
            values: Extensions::new(),
            draining: None,
            answer: Answer(OnceLock::new()),
        }
    }
}

impl Context {
    /// A call with no deadline, no metadata, and a caller that waits for ever.
    pub fn new() -> Self {
        Self::of(Parts::new())
    }

    fn of(parts: Parts) -> Self {
        Self(Some(triomphe::Arc::new(parts)))
    }

    /// A call with the metadata that a transport has received, for as long as the caller waits for it.
    #[cfg(feature = "adapter")]
    pub(crate) fn received(
        received: impl ReceivedMetadata,
        deadline: Option<Instant>,
        origin: ConnectionInfo,
    ) -> (Self, CancelGuard) {
        let mut lifelines = CancelToken::new();
        let lifeline = lifelines.extend();
        let (metadata, ConnectionInfo { peer, draining, .. }) = (LazyMetadata::received(received), origin);
        (Self::of(Parts { deadline, lifelines, metadata, peer, draining, ..Parts::new() }), lifeline)
    }

    /// Creates the context of a call of which only the connection is known.
    #[cfg(feature = "adapter")]
    pub(crate) fn from_connection_info(info: ConnectionInfo) -> Self {
        info.peer.map_or_else(Self::new, |peer| Self::new().with_peer(peer))
    }

    /// A call on behalf of this one: it inherits the deadline, the cancellation and the values, and starts with no
    /// metadata.
    pub fn child(&self) -> Self {
        let Parts { deadline, lifelines, peer, trace, values, draining, .. } = self.parts();
        let (lifelines, draining) = (lifelines.clone(), draining.clone());
        let (peer, trace, values) = (peer.clone(), trace.clone(), values.clone());
        Self::of(Parts { deadline: *deadline, lifelines, peer, trace, values, draining, ..Parts::new() })
    }

    /// A call that goes on when this one ends, such as one that undoes what this one did: no deadline, no
    /// cancellation, no metadata. It has the values.
    pub fn detached(&self) -> Self {
        let Parts { peer, trace, values, .. } = self.parts();
        Self::of(Parts { peer: peer.clone(), trace: trace.clone(), values: values.clone(), ..Parts::new() })
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
        let parts = self.change_parts();
        parts.deadline = Some(parts.deadline.map_or(deadline, |own| own.min(deadline)));
        self
    }

    /// The same call with one more entry of metadata. Fails if key or value may not travel, see [`Metadata`].
    pub fn with_metadata(mut self, key: &str, value: impl Into<Value>) -> Result<Self> {
        self.change_parts().metadata.change(|metadata| metadata.append(key, value))?;
        Ok(self)
    }

    /// The same call with all of this metadata in place of its own.
    pub fn with_all_metadata(mut self, metadata: Metadata) -> Self {
        self.change_parts().metadata = LazyMetadata::of(metadata);
        self
    }

    /// The same call, made by `peer`.
    pub fn with_peer(mut self, peer: impl Into<Peer>) -> Self {
        self.change_parts().peer = Some(peer.into());
        self
    }

    /// The same call at this place in a trace, as one that began with a message of a queue.
    pub fn with_trace(mut self, place: TraceContext) -> Self {
        self.change_parts().trace = Some(place);
        self
    }

    /// The same call with a value that stays in this process, such as the identity of the caller, in place of one of the
    /// same type.
    pub fn with_value<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.change_parts().values.insert(value);
        self
    }

    /// The same call, cancelled when the returned [`CancelGuard`] is dropped, or with the call that it is a child of.
    pub fn with_cancel_guard(mut self) -> (Self, CancelGuard) {
        let lifeline = self.change_parts().lifelines.extend();
        (self, lifeline)
    }

    /// The same call, told that its server stops as soon as the value is true.
    pub fn with_stopping(self, stopping: watch::Receiver<bool>) -> Self {
        self.with_drain_signal(DrainSignal::new(stopping))
    }

    /// Sets the signal that the server drains.
    pub(crate) fn with_drain_signal(mut self, signal: DrainSignal) -> Self {
        self.change_parts().draining = Some(signal);
        self
    }

    /// When the call must have ended. `None` if it may take for ever.
    pub fn deadline(&self) -> Option<Instant> {
        self.parts().deadline
    }

    /// How long the call may still take; zero when the deadline has passed, `None` if it may take for ever.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Metadata of the request: what the caller sent, or what is to be sent.
    pub fn metadata(&self) -> &Metadata {
        self.parts().metadata.all()
    }

    /// Tells each text under one of these keys of the metadata, and which of them it is; those of a key in order. What a
    /// transport received is looked through for them, and not read.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn texts<'a>(&'a self, keys: &[&str], each: &mut dyn FnMut(usize, &'a str)) {
        self.parts().metadata.texts(keys, each);
    }

    /// Who the caller is, if the call came over a connection.
    pub fn peer(&self) -> Option<&Peer> {
        self.parts().peer.as_ref()
    }

    /// Its place in a trace, if it has one.
    pub(crate) fn trace(&self) -> Option<&TraceContext> {
        self.parts().trace.as_ref()
    }

    /// The value of this type that [`with_value`](Self::with_value) put here.
    pub fn value<T: 'static>(&self) -> Option<&T> {
        self.parts().values.get()
    }

    /// True when nobody waits for the answer any more: the caller went away, the deadline passed, or the call ended.
    pub fn is_cancelled(&self) -> bool {
        self.parts().lifelines.is_cut() || self.remaining() == Some(Duration::ZERO)
    }

    /// Completes when nobody waits for the answer any more: the caller went away, the deadline passed, or the call
    /// ended. Work that a handler leaves behind with `tokio::spawn` must watch it; the handler itself is dropped.
    pub async fn cancelled(&self) {
        let Parts { deadline, lifelines, .. } = self.parts();
        cancelled(*deadline, lifelines).await;
    }

    /// The same, without holding on to the context.
    #[cfg(feature = "client")]
    pub(crate) fn cancellation(&self) -> Cancellation {
        let Parts { deadline, lifelines, .. } = self.parts();
        Cancellation { deadline: *deadline, lifelines: lifelines.clone() }
    }

    /// Completes when the server stops: it waits for calls that are under way, but only for some time. A stream that may
    /// last for ever should end now, with `UNAVAILABLE`, so that its caller turns to another server.
    pub async fn stopping(&self) {
        match &self.parts().draining {
            Some(signal) => signal.recv().await,
            None => std::future::pending().await,
        }
    }

    /// Adds an entry to the headers of the answer. It must happen before the handler returns. More of them than the caller
    /// says it takes make the call fail with `INTERNAL`.
    pub fn set_header(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        self.response().headers.append(key, value)
    }

    /// Adds an entry to the trailers of the answer. It may happen until the last message is sent. More of them than the
    /// caller says it takes make the call fail with `INTERNAL`.
    pub fn set_trailer(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        self.response().trailers.append(key, value)
    }

    /// The headers of the answer: set by a handler, or received by a client.
    pub fn headers(&self) -> Metadata {
        self.answered().map(|response| response.headers.clone()).unwrap_or_default()
    }

    /// How many headers the answer has so far.
    #[cfg(feature = "adapter")]
    pub(crate) fn count_headers(&self) -> usize {
        self.answered().map_or(0, |response| response.headers.len())
    }

    /// The trailers of the answer: set by a handler, or received by a client once the answer is complete.
    pub fn trailers(&self) -> Metadata {
        self.answered().map(|response| response.trailers.clone()).unwrap_or_default()
    }

    /// Adds what a transport received to the headers of the answer, in place of those with the same keys.
    pub fn receive_headers(&self, headers: Metadata) {
        if !headers.is_empty() {
            self.response().headers.replace(headers);
        }
    }

    /// Adds what a transport received to the trailers of the answer, in place of those with the same keys.
    pub fn receive_trailers(&self, trailers: Metadata) {
        if !trailers.is_empty() {
            self.response().trailers.replace(trailers);
        }
    }

    /// Changes this context in its place.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn change(&mut self, change: impl FnOnce(Self) -> Self) {
        *self = change(std::mem::replace(self, Self(None)));
    }

    fn parts(&self) -> &Parts {
        self.0.as_deref().unwrap_or(&NOTHING)
    }

    fn change_parts(&mut self) -> &mut Parts {
        triomphe::Arc::make_mut(self.0.get_or_insert_default())
    }

    fn response(&self) -> MutexGuard<'_, Response> {
        self.parts().answer.get().lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer, if it has headers or trailers.
    fn answered(&self) -> Option<MutexGuard<'_, Response>> {
        let response = self.parts().answer.0.get()?;
        Some(response.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(feature = "client")]
impl Cancellation {
    /// The same, at the latest then.
    pub(crate) fn or_at(self, end: Option<Instant>) -> Self {
        let deadline = [self.deadline, end].into_iter().flatten().min();
        Self { deadline, ..self }
    }

    /// Completes when nobody waits for the answer any more.
    pub(crate) async fn cancelled(self) {
        cancelled(self.deadline, &self.lifelines).await;
    }
}

async fn cancelled(deadline: Option<Instant>, lifelines: &CancelToken) {
    tokio::select! {
        biased;
        () = lifelines.cut() => (),
        () = expired(deadline) => (),
    }
}

async fn expired(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

impl Answer {
    fn get(&self) -> &Arc<Mutex<Response>> {
        self.0.get_or_init(Arc::default)
    }
}

/// The same answer, from now on even if it had none yet.
impl Clone for Answer {
    fn clone(&self) -> Self {
        Self(OnceLock::from(self.get().clone()))
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("remaining", &self.remaining())
            .field("metadata", self.metadata())
            .field("peer", &self.peer())
            .finish_non_exhaustive()
    }
}
