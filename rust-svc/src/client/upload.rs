//! A stream of requests on its way.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{Reason, SendStream};

use super::requests::Outgoing;

/// Sends a stream of requests, as fast as the server takes them. It ends when all are sent, when the server wants no
/// more, or with the call.
pub(crate) struct Upload {
    stream: SendStream<Bytes>,
    requests: Outgoing,
    /// What waits until the server has room.
    waiting: Option<Bytes>,
}

/// Why nothing more is sent.
struct Over;

impl Upload {
    pub(crate) fn new(stream: SendStream<Bytes>, requests: Outgoing) -> Self {
        Self { stream, requests, waiting: None }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        loop {
            if self.stream.poll_reset(cx).is_ready() {
                return Poll::Ready(Err(Over));
            }
            // Also while the server has no room: nobody else would tell it that the call is over.
            if self.requests.poll_over(cx) {
                return Poll::Ready(Err(self.cut()));
            }
            if self.waiting.is_some() {
                ready!(self.poll_room(cx))?;
                self.stream.send_data(self.waiting.take().unwrap_or_default(), false).map_err(|_| Over)?;
            }
            match ready!(self.requests.poll(cx)) {
                Some(Ok(bytes)) => {
                    // To claim all of it would keep from others what this stream cannot use yet.
                    self.stream.reserve_capacity(1);
                    self.waiting = Some(bytes);
                }
                Some(Err(_)) => return Poll::Ready(Err(self.cut())),
                None => return Poll::Ready(self.stream.send_data(Bytes::new(), true).map_err(|_| Over)),
            }
        }
    }

    /// The server must not take a stream that failed for one that is complete.
    fn cut(&mut self) -> Over {
        self.stream.send_reset(Reason::CANCEL);
        Over
    }

    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        while self.stream.capacity() == 0 {
            match ready!(self.stream.poll_capacity(cx)) {
                Some(Ok(_)) => (),
                Some(Err(_)) | None => return Poll::Ready(Err(Over)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Future for Upload {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_send(cx).map(|_| ())
    }
}
