//! The stream of responses of a call.

use std::{
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{self, Poll, ready},
};

use bytes::Bytes;
use futures::{
    FutureExt, Stream,
    future::{BoxFuture, OptionFuture},
};
use tokio::time::{self, Instant};

use super::{
    begin::cancelled_error,
    policy_call::OpenedStream,
    response_receiver::ResponseReceiver,
    stream_call::{OpeningFuture, StartedStream, StreamCall},
};
use crate::{
    Code, Context, Error, Message, Method, Result, Streaming,
    call::RemoteMessages,
    client::{
        attempt::decode,
        policy::{AttemptFailure, explain_cancellation, is_mid_stream_failure, timeout_error},
    },
};

/// The responses of a call until its end, its deadline or its cancellation.
pub(in crate::client) struct CallResponses {
    state: ResponseState,
    call: Arc<StreamCall>,
}

enum ResponseState {
    /// The headers have not arrived.
    Opening(OpeningFuture),
    Open(OpenResponses),
    /// A task reads the responses.
    Received(ResponseReceiver),
}

/// Responses whose headers have arrived.
struct OpenResponses {
    opened: OpenedStream,
    end: BoxFuture<'static, Error>,
}

/// Responses of one type, up to the first error.
struct DecodedResponses<R, Place> {
    /// `None` after the end.
    responses: Option<CallResponses>,
    types: PhantomData<fn() -> (R, Place)>,
}

impl<R, Place> Stream for DecodedResponses<R, Place>
where
    R: Message<Place, Wire: prost::Message + Default>,
{
    type Item = Result<R>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<R>>> {
        let Some(responses) = &mut self.responses else { return Poll::Ready(None) };
        let message = ready!(responses.poll_message(cx));
        if !matches!(message, Some(Ok(_))) {
            self.responses = None;
        }
        Poll::Ready(message)
    }
}

impl<R, Place> RemoteMessages<R> for DecodedResponses<R, Place>
where
    R: Message<Place, Wire: prost::Message + Default>,
{
    fn poll_accepted(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>> {
        let Some(responses) = &mut self.responses else { return Poll::Ready(Ok(())) };
        let accepted = ready!(responses.poll_open(cx));
        if let Err(error) = &accepted {
            responses.call.active.end(Some(error.code()));
            self.responses = None;
        }
        Poll::Ready(accepted)
    }
}

impl CallResponses {
    pub(in crate::client) fn new(call: Arc<StreamCall>, started: StartedStream) -> Self {
        let state = match started {
            StartedStream::Opening(opening) => ResponseState::Opening(opening),
            StartedStream::Open(opened) => ResponseState::Open(OpenResponses::new(&call, opened)),
        };
        Self { state, call }
    }

    /// Returns the responses of a call that a task reads.
    pub(super) fn received(call: Arc<StreamCall>, receiver: ResponseReceiver) -> Self {
        Self { state: ResponseState::Received(receiver), call }
    }

    pub(super) fn call(&self) -> &Arc<StreamCall> {
        &self.call
    }

    /// Decodes the responses. An error is the last item, and dropping the stream cancels the call.
    pub(in crate::client) fn decoded<R, Place: 'static>(self) -> Streaming<R>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        Streaming::remote(DecodedResponses { responses: Some(self), types: PhantomData })
    }

    /// Waits for the headers of the response.
    pub(super) async fn open(&mut self) -> Result<()> {
        poll_fn(|cx| self.poll_open(cx)).await
    }

    /// Returns the next message in encoded form.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes>> {
        poll_fn(|cx| self.poll_bytes(cx)).await
    }

    /// Completes with an error when the call ends before its stream.
    pub(super) async fn end(&mut self) -> Error {
        match &mut self.state {
            ResponseState::Open(responses) => (&mut responses.end).await,
            ResponseState::Opening(_) | ResponseState::Received(_) => std::future::pending().await,
        }
    }

    /// Counts a server that sends nothing as a failure, and returns its error.
    pub(super) fn idle(&self) -> Error {
        if let ResponseState::Open(OpenResponses { opened: OpenedStream { sampler: Some(sampler), .. }, .. }) =
            &self.state
        {
            sampler.add_failure(Code::DeadlineExceeded);
        }
        Error::deadline_exceeded(format!("{} sent no message in time", self.call.method.full_name()))
    }

    fn poll_message<R, Place>(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<R>>>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        let bytes = ready!(self.poll_bytes(cx));
        let StreamCall { method, active, .. } = &*self.call;
        let message = bytes.map(|bytes| decode(method, bytes?));
        match &message {
            Some(Ok(_)) => active.received(),
            Some(Err(error)) => active.end(Some(error.code())),
            None => active.end(None),
        }
        Poll::Ready(message)
    }

    fn poll_bytes(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if let ResponseState::Received(receiver) = &mut self.state {
            return receiver.poll_recv(cx);
        }
        if let Err(error) = ready!(self.poll_open(cx)) {
            return Poll::Ready(Some(Err(error)));
        }
        match &mut self.state {
            ResponseState::Open(responses) => responses.poll_bytes(&self.call, cx),
            ResponseState::Opening(_) | ResponseState::Received(_) => Poll::Pending,
        }
    }

    fn poll_open(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>> {
        match &mut self.state {
            ResponseState::Opening(opening) => {
                let opened = ready!(opening.poll_unpin(cx))?;
                self.state = ResponseState::Open(OpenResponses::new(&self.call, opened));
            }
            ResponseState::Received(receiver) => return receiver.poll_open(cx),
            ResponseState::Open(_) => (),
        }
        Poll::Ready(Ok(()))
    }
}

impl OpenResponses {
    fn new(call: &StreamCall, opened: OpenedStream) -> Self {
        let end = end(call.method, call.active.cx().clone(), opened.deadline).boxed();
        Self { opened, end }
    }

    /// Returns the next message in encoded form. A message that has arrived is returned without checking for the end of
    /// the call, which takes longer.
    fn poll_bytes(&mut self, call: &StreamCall, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if !self.opened.messages.has_next()
            && let Poll::Ready(error) = self.end.poll_unpin(cx)
        {
            return Poll::Ready(Some(Err(error)));
        }
        let bytes = ready!(self.opened.messages.poll_next(cx));
        if bytes.is_none() {
            call.active.cx().receive_trailers(self.opened.messages.take_trailers());
        }
        Poll::Ready(bytes.map(|bytes| bytes.map_err(|failure| self.fail(call, call.body.reclaim(failure)))))
    }

    /// Counts a failure of a call that was counted as a success when it was opened.
    fn fail(&self, call: &StreamCall, failure: AttemptFailure) -> Error {
        let failure = explain_cancellation(&call.method, self.opened.deadline, failure);
        let counts = is_mid_stream_failure(&failure);
        if let Some(sampler) = self.opened.sampler.as_ref().filter(|_| counts) {
            sampler.add_failure(failure.error.code());
        }
        call.active.cx().receive_trailers(failure.error.metadata().clone());
        failure.error
    }
}

/// Completes with the error of a call whose deadline passes, or that no caller waits for.
async fn end(method: Method, cx: Context, deadline: Option<Instant>) -> Error {
    let passed = OptionFuture::from(deadline.map(time::sleep_until));
    tokio::select! {
        () = cx.cancelled() => cancelled_error(&method, &cx),
        Some(()) = passed => timeout_error(&method),
    }
}
