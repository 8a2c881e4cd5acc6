//! The responses of a call that streams them.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{self, Poll, ready},
};

use bytes::Bytes;
use futures::{
    FutureExt, Stream,
    future::{BoxFuture, OptionFuture},
};
use tokio::time::{self, Instant};

use super::{attempt::Opened, breaker, call::ended, deadline, failure::Failure, message, requests::Requests};
use crate::{Context, Error, Message, Method, Result, Streaming, intercept::ActiveCall};

/// The responses of a call until its end, its deadline, or until nobody waits for them.
pub(crate) struct Replies {
    method: Method,
    requests: Requests,
    opened: Opened,
    end: BoxFuture<'static, Error>,
    running: ActiveCall,
}

/// Responses of one type, up to the first error.
struct Typed<R, Place> {
    /// `None` once there is no more to come.
    replies: Option<Replies>,
    types: PhantomData<fn() -> (R, Place)>,
}

impl<R, Place> Stream for Typed<R, Place>
where
    R: Message<Place, Wire: prost::Message + Default>,
{
    type Item = Result<R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<R>>> {
        let Some(replies) = &mut self.replies else { return Poll::Ready(None) };
        let message = ready!(replies.poll_message(cx));
        if !matches!(message, Some(Ok(_))) {
            self.replies = None;
        }
        Poll::Ready(message)
    }
}

impl Replies {
    pub(crate) fn new(method: &Method, requests: Requests, opened: Opened, running: ActiveCall) -> Self {
        let end = end(*method, running.cx().clone(), opened.deadline).boxed();
        Self { method: *method, requests, opened, end, running }
    }

    /// The responses as the caller reads them. An error is the last item, and dropping the stream cancels the call.
    pub(crate) fn typed<R, Place: 'static>(self) -> Streaming<R>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        Streaming::new(Typed { replies: Some(self), types: PhantomData })
    }

    fn poll_message<R, Place>(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<R>>>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        let bytes = ready!(self.poll_bytes(cx));
        let message = bytes.map(|bytes| message::decode(&self.method, bytes?));
        match &message {
            Some(Ok(_)) => self.running.received(),
            Some(Err(error)) => self.running.end(Some(error.code())),
            None => self.running.end(None),
        }
        Poll::Ready(message)
    }

    /// What has come is read before it is asked whether anybody waits for more: to ask takes longer.
    fn poll_bytes(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if !self.opened.messages.has_next()
            && let Poll::Ready(error) = self.end.poll_unpin(cx)
        {
            return Poll::Ready(Some(Err(error)));
        }
        let bytes = ready!(self.opened.messages.poll_next(cx));
        if bytes.is_none() {
            self.running.cx().receive_trailers(self.opened.messages.take_trailers());
        }
        Poll::Ready(bytes.map(|bytes| bytes.map_err(|failure| self.fail(self.requests.take_back(failure)))))
    }

    /// The call had counted as a success when it was opened.
    fn fail(&self, failure: Failure) -> Error {
        let failure = deadline::explained(&self.method, self.opened.deadline, failure);
        let counts = breaker::is_mid_stream_failure(&failure);
        if let Some(sampler) = self.opened.sampler.as_ref().filter(|_| counts) {
            sampler.add_failure(failure.error.code());
        }
        self.running.cx().receive_trailers(failure.error.metadata().clone());
        failure.error
    }
}

/// Why nobody waits for more responses.
async fn end(method: Method, cx: Context, deadline: Option<Instant>) -> Error {
    let passed = OptionFuture::from(deadline.map(time::sleep_until));
    tokio::select! {
        () = cx.cancelled() => ended(&method, &cx),
        Some(()) = passed => deadline::exceeded(&method),
    }
}
