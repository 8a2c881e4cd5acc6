//! The context of a call: all that it carries besides its message.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

#[cfg(any(feature = "client", feature = "fake"))]
use super::cancellation::Cancellation;
use super::{
    cancellation::{CancelGuard, CancelToken, cancelled_or_expired},
    extensions::Extensions,
    metadata::{Baggage, LazyMetadata, Metadata, ResponseMetadata, Value},
    peer::Peer,
    shutdown::DrainSignal,
    trace::TraceContext,
};
#[cfg(feature = "adapter")]
use super::{connection_info::ConnectionInfo, metadata::ReceivedMetadata};
use crate::Result;

/// The parts of an empty context.
static EMPTY: Parts = Parts::new();

/// The deadline, cancellation, metadata and caller of a call: all that it carries besides its message.
///
/// It is cheap to clone, and its clones are one call. A handler that calls another service gives that call a
/// [`child`](Context::child), which inherits the remaining deadline and the cancellation, but not the metadata:
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

/// The fields of a context, which clones share until one of them is changed. A context without parts has those of
/// [`EMPTY`].
#[derive(Clone)]
struct Parts {
    deadline: Option<Instant>,
    /// The deadline of the caller, or of the call that made this one.
    inherited: Option<Instant>,
    cancellation: CancelToken,
    metadata: LazyMetadata,
    peer: Option<Peer>,
    trace: Option<TraceContext>,
    /// The baggage that was set or inherited, in place of any that was received.
    baggage: Option<Arc<Baggage>>,
    extensions: Extensions,
    draining: Option<DrainSignal>,
    response: ResponseMetadata,
}

impl Parts {
    const fn new() -> Self {
        Self {
            deadline: None,
            inherited: None,
            cancellation: CancelToken::new(),
            metadata: LazyMetadata::empty(),
            peer: None,
            trace: None,
            baggage: None,
            extensions: Extensions::new(),
            draining: None,
            response: ResponseMetadata::new(),
        }
    }
}

impl Context {
    /// Creates a context without deadline and metadata, which is never cancelled.
    pub fn new() -> Self {
        Self::of(Parts::new())
    }

    fn of(parts: Parts) -> Self {
        Self(Some(triomphe::Arc::new(parts)))
    }

    /// Creates the context of a received call, and the guard that cancels it.
    #[cfg(feature = "adapter")]
    pub(crate) fn received(
        metadata: impl ReceivedMetadata,
        deadline: Option<Instant>,
        connection: ConnectionInfo,
    ) -> (Self, CancelGuard) {
        let mut cancellation = CancelToken::new();
        let guard = cancellation.extend();
        let (metadata, ConnectionInfo { peer, draining, .. }) = (LazyMetadata::received(metadata), connection);
        let parts = Parts { deadline, inherited: deadline, cancellation, metadata, peer, draining, ..Parts::new() };
        (Self::of(parts), guard)
    }

    /// Creates the context of a call of which only the connection is known.
    #[cfg(feature = "adapter")]
    pub(crate) fn from_connection_info(info: ConnectionInfo) -> Self {
        info.peer.map_or_else(Self::new, |peer| Self::new().with_peer(peer))
    }

    /// Creates the context of a call that this call makes. It inherits deadline, cancellation, caller, trace, baggage and
    /// values, but no metadata.
    pub fn child(&self) -> Self {
        let Parts { deadline, cancellation, draining, .. } = self.parts();
        let (cancellation, draining) = (cancellation.clone(), draining.clone());
        let (deadline, inherited) = (*deadline, *deadline);
        Self::of(Parts { deadline, inherited, cancellation, draining, ..self.inherited_parts() })
    }

    /// Creates the context of a call that continues when this call ends, such as a compensation. It inherits caller, trace,
    /// baggage and values, but neither deadline nor cancellation nor metadata.
    pub fn detached(&self) -> Self {
        Self::of(self.inherited_parts())
    }

    fn inherited_parts(&self) -> Parts {
        let Parts { peer, trace, extensions, .. } = self.parts();
        let (peer, trace, extensions) = (peer.clone(), trace.clone(), extensions.clone());
        Parts { peer, trace, baggage: self.shared_baggage(), extensions, ..Parts::new() }
    }

    /// Sets the deadline to `timeout` from now, unless it is earlier already.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        match Instant::now().checked_add(timeout) {
            Some(deadline) => self.with_deadline(deadline),
            None => self,
        }
    }

    /// Sets the deadline, unless it is earlier already.
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        let parts = self.change_parts();
        parts.deadline = Some(parts.deadline.map_or(deadline, |own| own.min(deadline)));
        self
    }

    /// Adds an entry to the metadata of the request. Fails if the key or the value is not valid, see [`Metadata`].
    pub fn with_metadata(mut self, key: &str, value: impl Into<Value>) -> Result<Self> {
        self.change_parts().metadata.change(|metadata| metadata.append(key, value))?;
        Ok(self)
    }

    /// Replaces all metadata of the request.
    pub fn with_all_metadata(mut self, metadata: Metadata) -> Self {
        self.change_parts().metadata = LazyMetadata::decoded(metadata);
        self
    }

    /// Sets the caller.
    pub fn with_peer(mut self, peer: impl Into<Peer>) -> Self {
        self.change_parts().peer = Some(peer.into());
        self
    }

    /// Sets the span of the call, for example from a message of a queue.
    pub fn with_trace(mut self, trace: TraceContext) -> Self {
        self.change_parts().trace = Some(trace);
        self
    }

    /// Sets the baggage, in place of any that was received or inherited. Calls inherit it, and it is sent with them.
    pub fn with_baggage(mut self, baggage: Baggage) -> Self {
        let parts = self.change_parts();
        parts.metadata.change(|metadata| metadata.remove(Baggage::HEADER));
        parts.baggage = Some(Arc::new(baggage));
        self
    }

    /// Attaches a value that stays in this process, such as the identity of the caller. It replaces one of its type.
    pub fn with_value<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.change_parts().extensions.insert(value);
        self
    }

    /// Replaces all values by shared ones.
    #[cfg(feature = "gateway")]
    pub(crate) fn with_values(mut self, values: Extensions) -> Self {
        self.change_parts().extensions = values;
        self
    }

    /// Makes the call cancellable: dropping the [`CancelGuard`] cancels it and the calls that it makes.
    pub fn with_cancel_guard(mut self) -> (Self, CancelGuard) {
        let guard = self.change_parts().cancellation.extend();
        (self, guard)
    }

    /// Sets the signal for [`stopping`](Self::stopping), which is sent once the value is true.
    pub fn with_stopping(self, stopping: watch::Receiver<bool>) -> Self {
        self.with_drain_signal(DrainSignal::new(stopping))
    }

    /// Sets the signal that the server drains.
    pub(crate) fn with_drain_signal(mut self, signal: DrainSignal) -> Self {
        self.change_parts().draining = Some(signal);
        self
    }

    /// Returns the deadline; `None` if the call has none.
    pub fn deadline(&self) -> Option<Instant> {
        self.parts().deadline
    }

    /// Returns the deadline of the caller, or of the call that made this one. Deadlines that were set on this context do not
    /// change it.
    pub fn inherited_deadline(&self) -> Option<Instant> {
        self.parts().inherited
    }

    /// Makes the deadline that of the caller.
    #[cfg(feature = "gateway")]
    pub(crate) fn with_inherited_deadline(mut self) -> Self {
        let parts = self.change_parts();
        parts.inherited = parts.deadline;
        self
    }

    /// Returns the time until the deadline: zero when it has passed, `None` if the call has none.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Returns the metadata of the request: received by a server, or to be sent by a client.
    pub fn metadata(&self) -> &Metadata {
        self.parts().metadata.get()
    }

    /// Passes each text under one of these keys of the metadata to `visit`, with the index of its key; the texts of a key in
    /// order. It does not decode the other entries.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn visit_texts<'a>(&'a self, keys: &[&str], visit: &mut dyn FnMut(usize, &'a str)) {
        self.parts().metadata.visit_texts(keys, visit);
    }

    /// Returns the caller, if the call came over a connection.
    pub fn peer(&self) -> Option<&Peer> {
        self.parts().peer.as_ref()
    }

    /// Returns the span of the call; `None` unless the chain has a `Trace` of [`observe`](crate::observe), or
    /// [`with_trace`](Self::with_trace) set it.
    pub fn trace(&self) -> Option<&TraceContext> {
        self.parts().trace.as_ref()
    }

    /// Returns the baggage of the call: set, inherited or received.
    pub fn baggage(&self) -> Baggage {
        self.shared_baggage().map(Arc::unwrap_or_clone).unwrap_or_default()
    }

    /// Returns the baggage that was set or inherited.
    #[cfg(feature = "client")]
    pub(crate) fn own_baggage(&self) -> Option<&Baggage> {
        self.parts().baggage.as_deref()
    }

    fn shared_baggage(&self) -> Option<Arc<Baggage>> {
        let Parts { baggage, metadata, .. } = self.parts();
        baggage.clone().or_else(|| {
            let mut received = Baggage::new();
            metadata.visit_texts(&[Baggage::HEADER], &mut |_, text| received.extend(text));
            (!received.is_empty()).then(|| Arc::new(received))
        })
    }

    /// Returns the value of this type that [`with_value`](Self::with_value) attached.
    pub fn value<T: 'static>(&self) -> Option<&T> {
        self.parts().extensions.get()
    }

    /// Returns true when no caller waits for the response: it cancelled the call, the deadline has passed, or the call ended.
    pub fn is_cancelled(&self) -> bool {
        self.parts().cancellation.is_cancelled() || self.remaining() == Some(Duration::ZERO)
    }

    /// Completes when no caller waits for the response: it cancelled the call, the deadline has passed, or the call ended.
    ///
    /// The handler itself is dropped then. Work that it spawned with `tokio::spawn` must watch this.
    pub async fn cancelled(&self) {
        let Parts { deadline, cancellation, .. } = self.parts();
        cancelled_or_expired(*deadline, cancellation).await;
    }

    /// Returns the cancellation of the call, which does not keep the context alive.
    #[cfg(any(feature = "client", feature = "fake"))]
    pub(crate) fn cancellation(&self) -> Cancellation {
        let Parts { deadline, cancellation, .. } = self.parts();
        Cancellation::new(*deadline, cancellation.clone())
    }

    /// Completes when the server begins to drain. A stream without end should fail with `UNAVAILABLE` then, so that its caller
    /// turns to another server; other calls have some time to finish.
    pub async fn stopping(&self) {
        match &self.parts().draining {
            Some(signal) => signal.recv().await,
            None => std::future::pending().await,
        }
    }

    /// Adds an entry to the headers of the response, which are sent when the handler returns.
    ///
    /// The call fails with `INTERNAL` if its caller does not accept headers of their size.
    pub fn set_header(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        Ok(self.parts().response.lock().headers.append(key, value)?)
    }

    /// Adds an entry to the trailers of the response, which are sent after the last message.
    ///
    /// The call fails with `INTERNAL` if its caller does not accept trailers of their size.
    pub fn set_trailer(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        Ok(self.parts().response.lock().trailers.append(key, value)?)
    }

    /// Returns the headers of the response: set by a handler, or received by a client.
    pub fn headers(&self) -> Metadata {
        self.parts().response.read(|response| response.headers.clone()).unwrap_or_default()
    }

    /// Returns the number of headers that are set so far.
    #[cfg(feature = "adapter")]
    pub(crate) fn count_headers(&self) -> usize {
        self.parts().response.read(|response| response.headers.len()).unwrap_or_default()
    }

    /// Returns the trailers of the response: set by a handler, or received by a client once the response is complete.
    pub fn trailers(&self) -> Metadata {
        self.parts().response.read(|response| response.trailers.clone()).unwrap_or_default()
    }

    /// Returns the kind of the fallback that answered a client's call in place of its server: `constant`, `function` or
    /// `last value`. `None` if the server answered.
    pub fn fallback(&self) -> Option<&'static str> {
        self.parts().response.read(|response| response.fallback).flatten()
    }

    /// Marks the call as answered by a fallback.
    #[cfg(feature = "client")]
    pub(crate) fn set_fallback(&self, name: &'static str) {
        self.parts().response.lock().fallback = Some(name);
    }

    /// Adds headers that a transport received; they replace those with the same keys.
    pub fn receive_headers(&self, headers: Metadata) {
        if !headers.is_empty() {
            self.parts().response.lock().headers.replace(headers);
        }
    }

    /// Adds trailers that a transport received; they replace those with the same keys.
    pub fn receive_trailers(&self, trailers: Metadata) {
        if !trailers.is_empty() {
            self.parts().response.lock().trailers.replace(trailers);
        }
    }

    /// Takes the context and leaves an empty one.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Self(None))
    }

    fn parts(&self) -> &Parts {
        self.0.as_deref().unwrap_or(&EMPTY)
    }

    fn change_parts(&mut self) -> &mut Parts {
        triomphe::Arc::make_mut(self.0.get_or_insert_default())
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
