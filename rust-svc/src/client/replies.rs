//! The responses of a call that streams them.

use std::{
    future::poll_fn,
    task::{Poll, ready},
};

use bytes::Bytes;
use futures::{
    FutureExt,
    future::{BoxFuture, OptionFuture},
    stream,
};
use tokio::time::{self, Instant};

use super::{attempt::Opened, breaker, call::ended, deadline, failure::Failure, message, requests::Requests};
use crate::{Context, Error, Message, Method, Result, Streaming, intercept::Running};

/// The responses of a call until its end, its deadline, or until nobody waits for them.
pub(crate) struct Replies {
    method: Method,
    requests: Requests,
    opened: Opened,
    end: BoxFuture<'static, Error>,
    running: Running,
}

impl Replies {
    pub(crate) fn new(method: &Method, requests: Requests, opened: Opened, running: Running) -> Self {
        let end = end(*method, running.cx().clone(), opened.deadline).boxed();
        Self { method: *method, requests, opened, end, running }
    }

    /// The responses as the caller reads them. An error is the last item, and dropping the stream cancels the call.
    pub(crate) fn typed<R, Place>(self) -> Streaming<R>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        Streaming::new(stream::try_unfold(self, async |mut replies| {
            let message = replies.message().await;
            match &message {
                Ok(Some(_)) => replies.running.received(),
                Ok(None) => replies.running.end(None),
                Err(error) => replies.running.end(Some(error.code())),
            }
            Ok(message?.map(|message| (message, replies)))
        }))
    }

    async fn message<R, Place>(&mut self) -> Result<Option<R>>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        let Some(bytes) = self.next().await? else { return Ok(None) };
        message::decode(&self.method, bytes).map(Some)
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        let next = poll_fn(|cx| match self.end.poll_unpin(cx) {
            Poll::Ready(error) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Ready(Ok(ready!(self.opened.messages.poll_next(cx)))),
        });
        match next.await? {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(failure)) => Err(self.fail(self.requests.explain(failure))),
            None => {
                self.running.cx().receive_trailers(self.opened.messages.take_trailers());
                Ok(None)
            }
        }
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
