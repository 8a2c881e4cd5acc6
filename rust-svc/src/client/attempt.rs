//! One attempt: a request of HTTP, and what came back.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Uri,
    header::{CONTENT_TYPE, TE, USER_AGENT},
    uri::PathAndQuery,
};
use tokio::time::Instant;

use super::{
    Shared,
    breaker::Sampler,
    failure::{Cause, Failure},
    frame::Messages,
    head, normalise,
    requests::Requests,
};
use crate::{
    Code, Context, Error, Metadata, Method,
    grpc::{compression::Encoding, metadata, timeout},
    observe::TraceContext,
};

/// The header with the place in a trace.
const TRACE: HeaderName = HeaderName::from_static(TraceContext::HEADER);

/// What a call that succeeded gives.
pub(crate) enum Answer {
    /// The one response, after its trailers.
    One(Bytes),
    /// The responses to come.
    Many(Opened),
}

/// An answer that has begun.
pub(crate) struct Opened {
    pub(crate) messages: Messages,
    /// Where failures among the messages count.
    pub(crate) sampler: Option<Sampler>,
    /// When it must have ended.
    pub(crate) deadline: Option<Instant>,
}

/// One attempt of a call.
pub(crate) struct Attempt<'a> {
    pub(crate) client: &'a Shared,
    pub(crate) method: &'a Method,
    pub(crate) cx: &'a Context,
    pub(crate) requests: &'a Requests,
    /// How long the call may take from the beginning of the attempt on.
    pub(crate) remaining: Option<Duration>,
    pub(crate) previous: u32,
    pub(crate) place: Option<&'a TraceContext>,
}

/// The beginning of an answer, or all of it if it is one response.
pub(crate) enum Received {
    One { headers: Metadata, message: Bytes, trailers: Metadata },
    Many { headers: Metadata, messages: Messages },
}

impl Attempt<'_> {
    /// Sends the request and reads as much as the kind of the method has before its first response.
    pub(crate) async fn run(self) -> Result<Received, Failure> {
        let (headers, messages) = self.open().await?;
        if !self.method.kind.returns_one() {
            return Ok(Received::Many { headers, messages });
        }
        match self.read_one(messages).await {
            Ok((message, trailers)) => Ok(Received::One { headers, message, trailers }),
            Err(failure) => Err(failure.after(headers)),
        }
    }

    async fn open(&self) -> Result<(Metadata, Messages), Failure> {
        let sent = self.client.transport.send(self.head()?, self.requests).await;
        let response = sent.map_err(|error| normalise::broken(self.method.full_name(), error))?;
        head::read(self.method, response, self.client.max_response_bytes)
    }

    async fn read_one(&self, mut messages: Messages) -> Result<(Bytes, Metadata), Failure> {
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

    fn head(&self) -> Result<Request<()>, Failure> {
        let path = Bytes::from_static(self.method.path.as_bytes());
        let path = PathAndQuery::from_maybe_shared(path).map_err(|cause| self.unsendable(cause))?;
        let mut request = Request::new(());
        *request.method_mut() = http::Method::POST;
        *request.version_mut() = http::Version::HTTP_2;
        *request.uri_mut() = Uri::from(path);
        self.write_headers(request.headers_mut());
        Ok(request)
    }

    fn write_headers(&self, headers: &mut HeaderMap) {
        metadata::append(&self.client.metadata, headers);
        metadata::append(self.cx.metadata(), headers);
        // A handler that passes on the metadata of its caller must not pass for that caller.
        if !headers.is_empty() {
            headers.remove(USER_AGENT);
        }
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(Encoding::ACCEPT, Encoding::KNOWN);
        if let Some(encoding) = self.client.encoding.name() {
            headers.insert(Encoding::HEADER, HeaderValue::from_static(encoding));
        }
        if self.previous > 0 {
            headers.insert("grpc-previous-rpc-attempts", self.previous.into());
        }
        if let Some(place) = self.place.and_then(|place| HeaderValue::from_bytes(&place.to_bytes()).ok()) {
            headers.insert(TRACE, passing(place));
        }
        if let Some(value) = self.remaining.and_then(timeout::format) {
            headers.insert(timeout::HEADER, passing(value));
        }
    }

    fn unsendable(&self, cause: http::uri::InvalidUri) -> Failure {
        let message = format!("`{}` is not the path of a method", self.method.path);
        Failure::new(Cause::Local, Error::new(Code::Internal, message).with_source(cause))
    }
}

/// A value that no other call will have: a connection need not remember it (RFC 7541, section 7.1.3), and so neither side
/// has to look it up.
fn passing(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}
