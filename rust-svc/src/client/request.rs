//! The head of a request of HTTP.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method as Verb, Request, Uri, Version,
    header::{CONTENT_TYPE, TE, USER_AGENT},
    uri::{InvalidUri, Parts, PathAndQuery},
};
use tokio::time::Instant;

use super::{Shared, address::Origin};
use crate::{
    Context, Method,
    grpc::{compression::Encoding, header, metadata, timeout},
    intercept::Attempt,
    observe::TraceContext,
};

/// The header with the place in a trace.
const TRACE: HeaderName = HeaderName::from_static(TraceContext::HEADER);

/// Who calls, beside what the metadata say.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("rust-svc/", env!("CARGO_PKG_VERSION")));

/// The headers that all requests of a client have, with room for those of one: to copy them takes fewer steps than to
/// make them.
pub(super) fn usual(encoding: Encoding, is_remote: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::ACCEPT_ENCODING, Encoding::KNOWN);
    headers.extend(encoding.name().map(|name| (header::ENCODING, HeaderValue::from_static(name))));
    headers.extend(is_remote.then_some((USER_AGENT, AGENT)));
    headers.extend([TRACE, header::TIMEOUT].map(|name| (name, HeaderValue::from_static(""))));
    headers
}

/// What the head of a request says, but for where it goes and when.
pub(crate) struct Head<'a> {
    client: &'a Shared,
    cx: &'a Context,
    path: PathAndQuery,
    deadline: Option<Instant>,
    previous: u32,
    place: Option<&'a TraceContext>,
}

impl<'a> Head<'a> {
    /// Fails if the method has no path.
    pub(super) fn new(client: &'a Shared, method: &Method, cx: &'a Context) -> Result<Self, InvalidUri> {
        Ok(Self { client, cx, path: client.path(method)?, deadline: None, previous: 0, place: None })
    }

    /// The same of a call that must have ended by then.
    pub(crate) fn until(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// The same of this attempt, after others and at its place in a trace.
    pub(crate) fn attempt(self, seen: &'a Attempt) -> Self {
        Self { previous: seen.previous(), place: seen.place(), ..self }
    }

    /// The head of a request that is sent now to a server, or to a service in this process.
    pub(crate) fn to(&self, server: Option<&Origin>, now: Instant) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Verb::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.uri(server);
        *request.headers_mut() = self.headers(now);
        request
    }

    fn uri(&self, server: Option<&Origin>) -> Uri {
        let mut parts = Parts::default();
        parts.path_and_query = Some(self.path.clone());
        if let Some(Origin { scheme, authority }) = server {
            (parts.scheme, parts.authority) = (Some(scheme.clone()), Some(authority.clone()));
        }
        // All of them are there, or none but the path.
        Uri::from_parts(parts).unwrap_or_default()
    }

    fn headers(&self, now: Instant) -> HeaderMap {
        let mut headers = self.client.headers.clone();
        let place = self.place.and_then(|place| HeaderValue::from_bytes(&place.to_bytes()).ok());
        if place.is_none() {
            // The metadata may have one.
            headers.remove(TRACE);
        }
        self.append_metadata(&mut headers);
        if self.previous > 0 {
            headers.insert(header::PREVIOUS_ATTEMPTS, self.previous.into());
        }
        if let Some(place) = place {
            headers.insert(TRACE, passing(place));
        }
        let remaining = self.deadline.map(|deadline| deadline.saturating_duration_since(now));
        match remaining.and_then(timeout::format) {
            Some(value) => headers.insert(header::TIMEOUT, passing(value)),
            None => headers.remove(header::TIMEOUT),
        };
        headers
    }

    /// Adds what the client and the call say. A handler that passes on the metadata of its caller must not pass for that
    /// caller.
    fn append_metadata(&self, headers: &mut HeaderMap) {
        let metadata = [&self.client.metadata, self.cx.metadata()];
        if metadata.iter().all(|metadata| metadata.is_empty()) {
            return;
        }
        let agent = headers.remove(USER_AGENT);
        metadata.iter().for_each(|metadata| metadata::append(metadata, headers));
        headers.remove(USER_AGENT);
        headers.extend(agent.map(|agent| (USER_AGENT, agent)));
    }
}

/// A value that no other call will have: a connection need not remember it (RFC 7541, section 7.1.3), and so neither side
/// has to look it up.
fn passing(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}
