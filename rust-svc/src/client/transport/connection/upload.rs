//! Sends a stream of requests.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{Reason, SendStream};

use super::super::request::MessageStream;

/// Sends a stream of requests as fast as flow control allows. It ends when all are sent, when the server resets the
/// stream, or with the call.
pub(crate) struct Upload {
    stream: SendStream<Bytes>,
    messages: Box<dyn MessageStream>,
    /// Bytes that wait for flow control.
    waiting: Option<Bytes>,
}

/// Nothing more is sent.
struct UploadEnded;

impl Upload {
    pub(crate) fn new(stream: SendStream<Bytes>, messages: Box<dyn MessageStream>) -> Self {
        Self { stream, messages, waiting: None }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), UploadEnded>> {
        loop {
            if self.stream.poll_reset(cx).is_ready() {
                return Poll::Ready(Err(UploadEnded));
            }
            // This is checked without capacity, too: nothing else would reset the stream.
            if self.messages.poll_is_over(cx) {
                return Poll::Ready(Err(self.reset()));
            }
            if self.waiting.is_some() {
                ready!(self.poll_capacity(cx))?;
                self.stream.send_data(self.waiting.take().unwrap_or_default(), false).map_err(|_| UploadEnded)?;
            }
            match ready!(self.messages.poll_bytes(cx)) {
                Some(Ok(bytes)) => {
                    // Reserving all of it would take capacity from other streams that this one cannot use yet.
                    self.stream.reserve_capacity(1);
                    self.waiting = Some(bytes);
                }
                Some(Err(_)) => return Poll::Ready(Err(self.reset())),
                None => return Poll::Ready(self.stream.send_data(Bytes::new(), true).map_err(|_| UploadEnded)),
            }
        }
    }

    /// Resets the stream, so that the server does not take it for complete.
    fn reset(&mut self) -> UploadEnded {
        self.stream.send_reset(Reason::CANCEL);
        UploadEnded
    }

    fn poll_capacity(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), UploadEnded>> {
        while self.stream.capacity() == 0 {
            match ready!(self.stream.poll_capacity(cx)) {
                Some(Ok(_)) => (),
                Some(Err(_)) | None => return Poll::Ready(Err(UploadEnded)),
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
