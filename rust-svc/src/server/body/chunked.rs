//! Response bodies in chunks, and how far the caller has taken them.

use std::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{task_local, time::Instant};

/// The most bytes that are passed on at once. Bytes that were passed on are kept until the caller takes them, and no
/// timeout applies to them once the response has ended.
const CHUNK_SIZE: usize = 64 * 1024;

task_local! {
    /// The progress of the response that the task of an HTTP/2 stream sends.
    static PROGRESS: Cell<SendProgress>;
}

/// The progress of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SendProgress {
    chunks: u64,
    /// True while the last chunk waits for the caller; false while the caller waits for the next one.
    pub(crate) is_waiting: bool,
    /// The deadline of the call.
    pub(crate) deadline: Option<Instant>,
}

/// Runs the task of a stream with a progress of its own.
pub(crate) fn track_progress<F: Future>(stream: F) -> impl Future<Output = F::Output> {
    PROGRESS.scope(Cell::default(), stream)
}

/// Returns the progress of the stream of this task.
pub(crate) fn progress() -> SendProgress {
    PROGRESS.with(Cell::get)
}

/// Sets the deadline of the call whose stream this task runs. HTTP/1 has no streams.
pub(crate) fn set_deadline(deadline: Option<Instant>) {
    let _ = PROGRESS.try_with(|progress| progress.set(SendProgress { deadline, ..progress.get() }));
}

/// The body of a response, in chunks that are counted.
#[derive(Debug)]
pub(crate) struct ChunkedBody<B> {
    body: B,
    /// The rest of the last frame.
    rest: Bytes,
}

impl<B: Body<Data = Bytes> + Unpin> ChunkedBody<B> {
    pub(crate) fn new(body: B) -> Self {
        Self { body, rest: Bytes::new() }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)).map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(frame))) => return Poll::Ready(Some(Ok(frame))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let chunk = self.rest.split_to(self.rest.len().min(CHUNK_SIZE));
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for ChunkedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = self.poll(cx);
        // HTTP/1 has no streams.
        let _ = PROGRESS.try_with(|progress| {
            let is_waiting = matches!(frame, Poll::Ready(Some(Ok(_))));
            let chunks = progress.get().chunks + u64::from(is_waiting);
            progress.set(SendProgress { chunks, is_waiting, ..progress.get() });
        });
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    #[tokio::test]
    async fn chunks_are_the_bytes_of_the_body() {
        let body = Bytes::from_iter((0..CHUNK_SIZE * 2 + 1).map(|byte| byte as u8));
        let mut chunks = ChunkedBody::new(Full::new(body.clone()));
        let (mut read, mut sizes) = (Vec::new(), Vec::new());
        while !chunks.is_end_stream() {
            let rest = (body.len() - read.len()) as u64;
            assert_eq!(chunks.size_hint().exact(), Some(rest));
            let chunk = chunks.frame().await.expect("a chunk").expect("no error").into_data().expect("data");
            sizes.push(chunk.len());
            read.extend(chunk);
        }
        assert_eq!((read, sizes), (body.to_vec(), vec![CHUNK_SIZE, CHUNK_SIZE, 1]));
        assert!(chunks.frame().await.is_none());
    }
}
