//! Sends one attempt and reads the beginning of its response.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http::{Response, uri::InvalidUri};
use tokio::time::Instant;

use super::{
    failure::from_transport,
    message_decoder::MessageDecoder,
    request_body::RequestBody,
    request_head::{RequestDefaults, RequestHead},
    response::parse_response,
    when_unreachable::waits_for_ready,
};
use crate::{
    Code, Context, Error, Metadata, Method,
    client::{
        policy::{AttemptFailure, Cause, EndpointAttempt},
        transport::{IncomingBody, OutgoingBody, OutgoingRequest, ServerOrigin, Transport, hash},
    },
    intercept::Attempt,
};

/// One attempt of a call.
pub(crate) struct CallAttempt<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) defaults: &'a RequestDefaults,
    pub(crate) path: Result<http::uri::PathAndQuery, InvalidUri>,
    pub(crate) max_response_bytes: usize,
    pub(crate) method: &'a Method,
    pub(crate) cx: &'a Context,
    pub(crate) body: &'a RequestBody,
    pub(crate) deadline: Option<Instant>,
    pub(crate) attempt: &'a Attempt,
    /// The choice of an endpoint, if there are several.
    pub(crate) endpoint: Option<&'a EndpointAttempt<'a>>,
    /// Set when the request is on its way.
    pub(crate) is_sent: &'a AtomicBool,
}

/// The beginning of a response, or all of it if it is one message.
pub(crate) enum AttemptResponse {
    One { headers: Metadata, message: Bytes, trailers: Metadata },
    Many { headers: Metadata, messages: Box<MessageDecoder> },
}

/// The request of an attempt, as the transport sees it.
struct AttemptRequest<'a> {
    head: RequestHead<'a>,
    cx: &'a Context,
    is_streamed: bool,
    waits_for_ready: bool,
    attempt: &'a Attempt,
    body: &'a RequestBody,
    endpoint: Option<&'a EndpointAttempt<'a>>,
    is_sent: &'a AtomicBool,
}

impl OutgoingRequest for AttemptRequest<'_> {
    fn head(&self, server: Option<&ServerOrigin>, now: Instant) -> http::Request<()> {
        self.head.build(server, now)
    }

    fn body(&self) -> OutgoingBody {
        self.body.outgoing()
    }

    fn rank(&self, server: usize) -> u8 {
        self.endpoint.map_or(0, |endpoint| endpoint.rank(server) as u8)
    }

    fn sent(&self, peer: Option<SocketAddr>) {
        peer.inspect(|peer| self.attempt.record_peer(*peer));
        self.is_sent.store(true, Relaxed);
    }

    fn body_size(&self) -> usize {
        self.body.size()
    }

    fn is_streamed(&self) -> bool {
        self.is_streamed
    }

    fn waits_for_ready(&self) -> bool {
        self.waits_for_ready
    }

    fn hash_metadata(&self, name: &str) -> Option<u64> {
        let mut found = None;
        self.cx.visit_texts(&[name], &mut |_, text| found = found.or(Some(hash(0, text.as_bytes()))));
        found
    }

    fn pick(&self, server: usize, address: &Arc<str>) {
        if let Some(endpoint) = self.endpoint {
            endpoint.pick(server);
            self.attempt.record_endpoint(address);
        }
    }
}

impl CallAttempt<'_> {
    /// Sends the request and reads the response up to its first message.
    pub(crate) async fn run(self) -> Result<AttemptResponse, AttemptFailure> {
        let (method, limit) = (self.method, self.max_response_bytes);
        let (headers, mut messages) = parse_response(method, self.send().await?, limit)?;
        if !method.kind.returns_one() {
            return Ok(AttemptResponse::Many { headers, messages: Box::new(messages) });
        }
        match read_one(method, &mut messages).await {
            Ok((message, trailers)) => Ok(AttemptResponse::One { headers, message, trailers }),
            Err(failure) => Err(failure.after(headers)),
        }
    }

    async fn send(self) -> Result<Response<IncomingBody>, AttemptFailure> {
        let (method, started) = (self.method, self.attempt.started());
        let path = self.path.map_err(|cause| invalid_path(method, cause))?;
        let head =
            RequestHead::new(self.defaults, path, self.cx).with_deadline(self.deadline).with_attempt(self.attempt);
        let Self { cx, attempt, body, endpoint, is_sent, .. } = self;
        let (is_streamed, waits_for_ready) = (!method.kind.returns_one(), waits_for_ready(method, cx));
        let request = AttemptRequest { head, cx, is_streamed, waits_for_ready, attempt, body, endpoint, is_sent };
        let sent = self.transport.send(&request, started).await;
        sent.map_err(|error| from_transport(method.full_name(), error))
    }
}

async fn read_one(method: &Method, messages: &mut MessageDecoder) -> Result<(Bytes, Metadata), AttemptFailure> {
    let message = messages.next().await.unwrap_or_else(|| Err(wrong_cardinality(method, "no response")))?;
    match messages.next().await {
        None => Ok((message, messages.take_trailers())),
        Some(Ok(_)) => Err(wrong_cardinality(method, "more than one response")),
        Some(Err(failure)) => Err(failure),
    }
}

fn wrong_cardinality(method: &Method, what: &str) -> AttemptFailure {
    let message = format!("{} answered with {what}; is it another kind of method there?", method.full_name());
    AttemptFailure::new(Cause::Peer, Error::new(Code::Unimplemented, message))
}

fn invalid_path(method: &Method, cause: InvalidUri) -> AttemptFailure {
    let message = format!("`{}` is not the path of a method", method.path);
    AttemptFailure::new(Cause::Local, Error::new(Code::Internal, message).with_source(cause))
}
