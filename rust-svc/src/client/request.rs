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
    grpc::{compression::Encoding, metadata, timeout},
    observe::TraceContext,
};

/// The header with the place in a trace.
const TRACE: HeaderName = HeaderName::from_static(TraceContext::HEADER);

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

    /// The same of an attempt after so many others, at this place in a trace.
    pub(crate) fn attempt(self, previous: u32, place: Option<&'a TraceContext>) -> Self {
        Self { previous, place, ..self }
    }

    /// The head of a request that is sent now to a server, or to a service in this process.
    pub(crate) fn to(&self, server: Option<&Origin>, now: Instant) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Verb::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.uri(server);
        self.write(request.headers_mut(), now);
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

    fn write(&self, headers: &mut HeaderMap, now: Instant) {
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
        let remaining = self.deadline.map(|deadline| deadline.saturating_duration_since(now));
        if let Some(value) = remaining.and_then(timeout::format) {
            headers.insert(timeout::HEADER, passing(value));
        }
    }
}

/// A value that no other call will have: a connection need not remember it (RFC 7541, section 7.1.3), and so neither side
/// has to look it up.
fn passing(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}
