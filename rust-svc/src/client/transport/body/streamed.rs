//! A response that its caller may read slowly.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, Waker, ready},
};

use bytes::BytesMut;
use http::Response;

use super::{
    super::connection::{Compact, PendingResponse, RemoteBody, UnreadResponses},
    remote::{BodyChunk, poll_remote},
};

/// How much of the compacted data is returned at once.
const MAX_CHUNK: usize = 64 * 1024;

/// A response whose unread data the driver of its connection compacts, from the beginning. Dropping it cancels the request.
pub(crate) struct StreamedResponse(Arc<Mutex<UnreadResponse>>);

/// The body of such a response.
pub(crate) struct StreamedBody(Arc<Mutex<UnreadResponse>>);

struct UnreadResponse {
    /// `None` after the head has arrived.
    pending: Option<PendingResponse>,
    /// The head, until the reader takes it.
    head: Option<Result<Response<()>, h2::Error>>,
    body: Option<RemoteBody>,
    /// The data that were taken out of their frames. They still count for the flow-control window.
    compacted: BytesMut,
    /// Whether the reader has asked for something since the last compaction.
    is_read: bool,
    /// Wakes the reader, which waits or has waited.
    reader: Option<Waker>,
}

impl StreamedResponse {
    pub(crate) fn new(pending: PendingResponse, unread: &UnreadResponses) -> Self {
        let response = UnreadResponse {
            pending: Some(pending),
            head: None,
            body: None,
            compacted: BytesMut::new(),
            is_read: false,
            reader: None,
        };
        let shared = Arc::new(Mutex::new(response));
        let weak: Weak<Mutex<UnreadResponse>> = Arc::downgrade(&shared);
        unread.add(weak);
        Self(shared)
    }
}

impl Future for StreamedResponse {
    type Output = Result<Response<StreamedBody>, h2::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let head = ready!(lock(&self.0).poll_head(cx));
        Poll::Ready(head.map(|head| head.map(|()| StreamedBody(self.0.clone()))))
    }
}

impl StreamedBody {
    pub(super) fn is_end(&self) -> bool {
        let response = lock(&self.0);
        response.compacted.is_empty() && response.body.as_ref().is_none_or(|body| body.stream.is_end_stream())
    }

    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, h2::Error>>> {
        lock(&self.0).poll_chunk(cx)
    }
}

impl UnreadResponse {
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<()>, h2::Error>> {
        self.is_read = true;
        if self.poll_begin(cx).is_pending() {
            self.wait(cx);
        }
        self.head.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, h2::Error>>> {
        self.is_read = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        if !self.compacted.is_empty() {
            let length = self.compacted.len().min(MAX_CHUNK);
            body.stream.flow_control().release_capacity(length)?;
            return Poll::Ready(Some(Ok(BodyChunk::Data(self.compacted.split_to(length).freeze()))));
        }
        // Its memory is not needed until the reader is slow again.
        self.compacted = BytesMut::new();
        let chunk = poll_remote(body, cx);
        if chunk.is_pending() {
            self.wait(cx);
        }
        chunk
    }

    /// Stores the waker of the reader, because h2 has only one for each stream.
    fn wait(&mut self, cx: &Context<'_>) {
        if !self.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
            self.reader = Some(cx.waker().clone());
        }
    }

    /// Stores the head and the body once they have arrived.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(pending) = &mut self.pending else { return Poll::Ready(()) };
        let response = ready!(Pin::new(pending).poll(cx));
        self.pending = None;
        let (head, body) = match response.map(Response::into_parts) {
            Ok((parts, body)) => (Ok(Response::from_parts(parts, ())), Some(body)),
            Err(error) => (Err(error), None),
        };
        (self.head, self.body) = (Some(head), body);
        Poll::Ready(())
    }

    /// Takes the data that have arrived out of their frames. The reader finds trailers and errors by itself.
    fn compact(&mut self) {
        let reader = self.reader.clone().unwrap_or_else(|| Waker::noop().clone());
        let mut cx = Context::from_waker(&reader);
        if self.poll_begin(&mut cx).is_pending() {
            return;
        }
        let Some(body) = &mut self.body else { return };
        while let Poll::Ready(Some(Ok(data))) = body.stream.poll_data(&mut cx) {
            self.compacted.extend_from_slice(&data);
            body.active.receive();
        }
    }
}

impl Compact for Mutex<UnreadResponse> {
    fn compact(&self) {
        let mut response = lock(self);
        if !std::mem::take(&mut response.is_read) {
            response.compact();
        }
    }
}

fn lock(response: &Mutex<UnreadResponse>) -> MutexGuard<'_, UnreadResponse> {
    response.lock().unwrap_or_else(PoisonError::into_inner)
}
