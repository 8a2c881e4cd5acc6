//! Calls whose callers do not read their answers.
//!
//! In HTTP/2 a caller says for each stream how much it takes. One that takes nothing keeps its answer, and all that the
//! answer holds, while its connection looks healthy; nothing but the task of the stream can tell, and end it. That is so
//! at the deadline of the call, too: a body is not asked for more before the caller has taken what it gave.

use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::rt::Executor;
use tokio::{
    task_local,
    time::{Instant, Sleep, sleep},
};

/// How much of an answer is handed on at once, in bytes. What was handed on is kept until the caller takes it, and no
/// longer bounded by time once the answer has ended.
const PIECE: usize = 64 * 1024;

task_local! {
    /// How far the answer is that the task of a stream sends.
    static SENT: Cell<Sent>;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sent {
    pieces: u64,
    /// True if the last piece waits for the caller, and not the caller for the next one.
    waits: bool,
    /// When the call must have ended.
    deadline: Option<Instant>,
}

/// Tells the task of a stream the deadline of the call that it answers.
pub(super) fn ends_at(deadline: Option<Instant>) {
    // HTTP/1 has no streams.
    let _ = SENT.try_with(|sent| sent.set(Sent { deadline, ..sent.get() }));
}

/// Runs the streams of HTTP/2, and resets those whose caller takes nothing for too long.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    limit: Duration,
}

impl Streams {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        // It is large, and would be moved several times on its way into a task.
        tokio::spawn(SENT.scope(Cell::default(), bounded(Box::pin(stream), self.limit)));
    }
}

/// Runs a stream until it ends, or drops it, which resets it.
async fn bounded(stream: impl Future, limit: Duration) {
    let (mut stream, mut clock) = (pin!(stream), Clock::default());
    let ended = poll_fn(|cx| match stream.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending => clock.poll(cx, SENT.with(Cell::get), limit).map(|()| false),
    });
    if !ended.await {
        tracing::debug!(?limit, "a caller does not read its answer in time; the call is cut");
    }
}

impl Sent {
    /// How long a piece may wait from now on.
    fn patience(self, limit: Duration) -> Duration {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        left.map_or(limit, |left| left.min(limit))
    }
}

/// Runs while a piece waits; most answers never do.
#[derive(Default)]
struct Clock {
    sent: Sent,
    expiry: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    /// Completes when the same piece has waited for this long, or waits at the deadline.
    fn poll(&mut self, cx: &mut Context<'_>, sent: Sent, limit: Duration) -> Poll<()> {
        if !sent.waits || sent != self.sent {
            *self = Self { sent, expiry: None };
        }
        if !sent.waits {
            return Poll::Pending;
        }
        self.expiry.get_or_insert_with(|| Box::pin(sleep(sent.patience(limit)))).as_mut().poll(cx)
    }
}

/// The body of an answer, in pieces that are counted.
#[derive(Debug)]
pub(super) struct Pieces<B> {
    body: B,
    /// What is left of the last frame.
    rest: Bytes,
}

impl<B: Body<Data = Bytes> + Unpin> Pieces<B> {
    pub(super) fn of(body: B) -> Self {
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
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Pieces<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = self.poll(cx);
        // HTTP/1 has no streams.
        let _ = SENT.try_with(|sent| {
            let waits = matches!(frame, Poll::Ready(Some(Ok(_))));
            sent.set(Sent { pieces: sent.get().pieces + u64::from(waits), waits, ..sent.get() });
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
    use std::sync::Arc;

    use http_body_util::{BodyExt, Full};
    use tokio::sync::Notify;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_body_in_pieces_is_the_same() {
        let body = Bytes::from_iter((0..PIECE * 2 + 1).map(|byte| byte as u8));
        let mut pieces = Pieces::of(Full::new(body.clone()));
        let (mut read, mut sizes) = (Vec::new(), Vec::new());
        while !pieces.is_end_stream() {
            let rest = (body.len() - read.len()) as u64;
            assert_eq!(pieces.size_hint().exact(), Some(rest));
            let piece = pieces.frame().await.expect("a piece").expect("no error").into_data().expect("data");
            sizes.push(piece.len());
            read.extend(piece);
        }
        assert_eq!((read, sizes), (body.to_vec(), vec![PIECE, PIECE, 1]));
        assert!(pieces.frame().await.is_none());
    }

    /// A stream that hands on so many pieces, each when it is told that the caller took the one before.
    async fn send(pieces: usize, taken: Arc<Notify>) {
        let mut body = Pieces::of(Full::new(Bytes::from(vec![0; PIECE * pieces])));
        while let Some(Ok(_)) = body.frame().await {
            taken.notified().await;
        }
    }

    async fn run(stream: impl Future) -> Duration {
        let began = Instant::now();
        SENT.scope(Cell::default(), bounded(stream, LIMIT)).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_piece_that_waits_too_long_ends_the_stream() {
        assert_eq!(run(send(2, Arc::new(Notify::new()))).await.as_secs(), LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_piece_that_waits_at_the_deadline_ends_the_stream() {
        for (deadline, end) in [(LIMIT / 2, LIMIT / 2), (LIMIT * 2, LIMIT)] {
            let deadline = Instant::now() + deadline;
            let stream = async {
                ends_at(Some(deadline));
                send(2, Arc::new(Notify::new())).await;
            };
            assert_eq!(run(stream).await.as_secs(), end.as_secs());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_is_served() {
        let taken = Arc::new(Notify::new());
        let reader = taken.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                sleep(LIMIT - Duration::from_secs(1)).await;
                reader.notify_one();
            }
        });
        assert!(run(send(10, taken)).await > LIMIT * 9);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_there_yet_may_take_any_time() {
        assert_eq!(run(sleep(LIMIT * 10)).await.as_secs(), LIMIT.as_secs() * 10);
    }
}
