//! One attempt: a request of HTTP, and what came back.

use bytes::Bytes;
use http::{Response, uri::InvalidUri};
use tokio::time::Instant;

use super::{
    Shared,
    breaker::Sampler,
    failure::{Cause, Failure},
    frame::Messages,
    head,
    incoming::Incoming,
    normalise,
    request::Head,
    requests::Requests,
};
use crate::{Code, Context, Error, Metadata, Method, intercept::Attempt};

/// What a call that succeeded gives.
pub(crate) enum Answer {
    /// The one response, after its trailers, and when those had come.
    One(Bytes, Instant),
    /// The responses to come.
    Many(Opened),
}

/// An answer that has begun.
pub(crate) struct Opened {
    pub(crate) messages: Box<Messages>,
    /// Where failures among the messages count.
    pub(crate) sampler: Option<Sampler>,
    /// When it must have ended.
    pub(crate) deadline: Option<Instant>,
}

/// One attempt of a call.
pub(crate) struct ClientAttempt<'a> {
    pub(crate) client: &'a Shared,
    pub(crate) method: &'a Method,
    pub(crate) cx: &'a Context,
    pub(crate) requests: &'a Requests,
    pub(crate) deadline: Option<Instant>,
    pub(crate) seen: &'a Attempt,
}

/// The beginning of an answer, or all of it if it is one response.
pub(crate) enum Received {
    One { headers: Metadata, message: Bytes, trailers: Metadata },
    Many { headers: Metadata, messages: Box<Messages> },
}

impl ClientAttempt<'_> {
    /// Sends the request and reads as much as the kind of the method has before its first response.
    pub(crate) async fn run(&self) -> Result<Received, Failure> {
        let (headers, mut messages) = head::read(self.method, self.send().await?, self.client.max_response_bytes)?;
        if !self.method.kind.returns_one() {
            return Ok(Received::Many { headers, messages: Box::new(messages) });
        }
        match self.read_one(&mut messages).await {
            Ok((message, trailers)) => Ok(Received::One { headers, message, trailers }),
            Err(failure) => Err(failure.after(headers)),
        }
    }

    async fn send(&self) -> Result<Response<Incoming>, Failure> {
        let sent = self.client.transport.send(&self.head()?, self.requests, self.seen.started()).await;
        sent.map_err(|error| normalise::broken(self.method.full_name(), error))
    }

    async fn read_one(&self, messages: &mut Messages) -> Result<(Bytes, Metadata), Failure> {
        let message = messages.next().await.unwrap_or_else(|| Err(self.miscounted("no response")))?;
        match messages.next().await {
            None => Ok((message, messages.take_trailers())),
            Some(Ok(_)) => Err(self.miscounted("more than one response")),
            Some(Err(failure)) => Err(failure),
        }
    }

    fn miscounted(&self, what: &str) -> Failure {
        let message = format!("{} answered with {what}; is it another kind of method there?", self.method.full_name());
        Failure::new(Cause::Peer, Error::new(Code::Unimplemented, message))
    }

    fn head(&self) -> Result<Head<'_>, Failure> {
        let head = Head::new(self.client, self.method, self.cx).map_err(|cause| self.unsendable(cause))?;
        Ok(head.until(self.deadline).attempt(self.seen))
    }

    fn unsendable(&self, cause: InvalidUri) -> Failure {
        let message = format!("`{}` is not the path of a method", self.method.path);
        Failure::new(Cause::Local, Error::new(Code::Internal, message).with_source(cause))
    }
}
