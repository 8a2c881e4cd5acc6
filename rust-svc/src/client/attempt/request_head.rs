//! The head of a request.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method as Verb, Request, Uri, Version,
    header::{CONTENT_TYPE, TE, USER_AGENT},
    uri::{Parts, PathAndQuery},
};
use tokio::time::Instant;

use crate::{
    Baggage, Context, Metadata,
    client::transport::ServerOrigin,
    grpc::{compression::Encoding, header, metadata, timeout},
    intercept::Attempt,
    observe::TraceContext,
};

/// The header that carries the trace context.
const TRACE_HEADER: HeaderName = HeaderName::from_static(TraceContext::HEADER);

/// The user agent, which metadata cannot replace.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("rust-svc/", env!("CARGO_PKG_VERSION")));

/// Headers and metadata of all requests of a client.
pub(crate) struct RequestDefaults {
    pub(crate) headers: HeaderMap,
    pub(crate) metadata: Metadata,
}

/// Creates the headers of all requests of a client, with empty values for those of one request: copying a map takes
/// fewer steps than building one.
pub(crate) fn default_headers(encoding: Encoding, is_remote: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(TE, HeaderValue::from_static("trailers"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::ACCEPT_ENCODING, Encoding::KNOWN);
    headers.extend(encoding.name().map(|name| (header::ENCODING, HeaderValue::from_static(name))));
    headers.extend(is_remote.then_some((USER_AGENT, AGENT)));
    headers.extend([TRACE_HEADER, header::TIMEOUT].map(|name| (name, HeaderValue::from_static(""))));
    headers
}

/// The head of a request, except for its server and the time at which it is sent.
pub(crate) struct RequestHead<'a> {
    defaults: &'a RequestDefaults,
    cx: &'a Context,
    path: PathAndQuery,
    deadline: Option<Instant>,
    previous: u32,
    trace: Option<&'a TraceContext>,
}

impl<'a> RequestHead<'a> {
    pub(crate) fn new(defaults: &'a RequestDefaults, path: PathAndQuery, cx: &'a Context) -> Self {
        Self { defaults, cx, path, deadline: None, previous: 0, trace: None }
    }

    /// Sets the deadline that the server receives.
    pub(crate) fn with_deadline(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// Sets the number of previous attempts and the trace context.
    pub(crate) fn with_attempt(self, attempt: &'a Attempt) -> Self {
        Self { previous: attempt.previous(), trace: attempt.trace(), ..self }
    }

    /// Builds the head of a request that is sent now to a server, or to a service in this process.
    pub(crate) fn build(&self, server: Option<&ServerOrigin>, now: Instant) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = Verb::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.uri(server);
        *request.headers_mut() = self.headers(now);
        request
    }

    fn uri(&self, server: Option<&ServerOrigin>) -> Uri {
        let mut parts = Parts::default();
        parts.path_and_query = Some(self.path.clone());
        if let Some(ServerOrigin { scheme, authority }) = server {
            (parts.scheme, parts.authority) = (Some(scheme.clone()), Some(authority.clone()));
        }
        // These parts are valid: either all are present, or only the path.
        Uri::from_parts(parts).unwrap_or_default()
    }

    fn headers(&self, now: Instant) -> HeaderMap {
        let mut headers = self.defaults.headers.clone();
        let trace = self.trace.and_then(|trace| HeaderValue::from_bytes(&trace.to_bytes()).ok());
        if trace.is_none() {
            // The placeholder must not be sent. Metadata may set the header below.
            headers.remove(TRACE_HEADER);
        }
        self.append_metadata(&mut headers);
        self.append_baggage(&mut headers);
        if self.previous > 0 {
            headers.insert(header::PREVIOUS_ATTEMPTS, self.previous.into());
        }
        if let Some(trace) = trace {
            headers.insert(TRACE_HEADER, without_indexing(trace));
        }
        let remaining = self.deadline.map(|deadline| deadline.saturating_duration_since(now));
        match remaining.and_then(timeout::format) {
            Some(value) => headers.insert(header::TIMEOUT, without_indexing(value)),
            None => headers.remove(header::TIMEOUT),
        };
        headers
    }

    /// Adds the metadata of the client and of the call, except for the user agent: a handler that forwards its caller's
    /// metadata must not pass for that caller.
    fn append_metadata(&self, headers: &mut HeaderMap) {
        let metadata = [&self.defaults.metadata, self.cx.metadata()];
        if metadata.iter().all(|metadata| metadata.is_empty()) {
            return;
        }
        let agent = headers.remove(USER_AGENT);
        metadata.iter().for_each(|metadata| metadata::append(metadata, headers));
        headers.remove(USER_AGENT);
        headers.extend(agent.map(|agent| (USER_AGENT, agent)));
    }

    /// Adds the baggage, unless the metadata of the call has some.
    fn append_baggage(&self, headers: &mut HeaderMap) {
        let Some(baggage) = self.cx.own_baggage().filter(|baggage| !baggage.is_empty()) else { return };
        if let Ok(value) = HeaderValue::try_from(baggage.to_string()) {
            headers.entry(Baggage::HEADER).or_insert(value);
        }
    }
}

/// Marks a value that no other call will have, so that HPACK does not index it (RFC 7541, section 7.1.3).
fn without_indexing(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}
