//! One request and its response, between HTTP and a handler.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode, header, request::Parts},
};
use bytes::Bytes;

#[cfg(feature = "multipart")]
use crate::gateway::bytes::multipart;
use crate::{
    CancelGuard, Context, Error, Message, Result, Streaming, Violation, Violations,
    call::connection_info::HttpConnInfo,
    call::shutdown::ShutdownSignal,
    gateway::{
        bytes::{
            http_body::{self, HttpBody},
            range,
        },
        dynamic::JsonRequest,
        error::HttpError,
        headers,
        request::{
            arrivals::read_all_arrived,
            body::{self, BodyKind},
            context,
            parameters::{self, Parameters},
        },
        response::{Framing, ResponseStream, conditional, message},
        routing::{BoundRoute, PathSegments},
        settings::{CapturedParameters, GatewaySettings, StreamFormat},
    },
    intercept::ActiveCall,
    json::{self, JsonValue, PrintOptions},
};

/// How long the headers of a stream wait for its first message, so that an error has a status of its own.
const FIRST_MESSAGE: Duration = Duration::from_millis(100);
/// How long they wait before that for the headers of a remote service. Some services send these with the first message.
const REMOTE_HEADERS: Duration = Duration::from_secs(1);

/// A request whose route is known.
pub(crate) struct HttpExchange {
    route: Arc<BoundRoute>,
    settings: Arc<GatewaySettings>,
    parameters: Parameters,
    headers: HeaderMap,
    body: Body,
    /// Whether the method is `GET`, not `HEAD`.
    is_get: bool,
    /// The messages of a WebSocket, in place of the body.
    messages: Option<Streaming<Bytes>>,
    /// The longest pause within a body that is read as a whole.
    receive_timeout: Duration,
    guard: CancelGuard,
    shutdown: ShutdownSignal,
    call: Arc<ActiveCall>,
    print: PrintOptions,
    framing: Framing,
}

impl HttpExchange {
    /// Reads the parts before the body. `segments` is the path, without its verb.
    pub(crate) fn open(
        route: Arc<BoundRoute>,
        settings: Arc<GatewaySettings>,
        segments: PathSegments<'_>,
        parts: &mut Parts,
        body: Body,
    ) -> Result<Box<Self>, HttpError> {
        let query = parts.uri.query().unwrap_or_default();
        let mut parameters = parameters::read(&route, segments, query, &settings)?;
        if let Some(path) = &route.expected_etag
            && let Some(tag) = conditional::expected_tag(&parts.headers)?
        {
            parameters.fields.at(path.iter().map(|name| json::PathStep::Field(name))).push(tag);
        }
        let framing = framing(&route, &settings, &parameters, &parts.headers)?;
        let mut cx = context::of_call(&route, &settings, parts)?;
        if parameters.captured != CapturedParameters::default() {
            cx = cx.with_value(std::mem::take(&mut parameters.captured));
        }
        let (cx, guard) = cx.with_cancel_guard();
        let mut print = settings.print.clone();
        print.enum_numbers |= parameters.enum_numbers;
        print.pretty = parameters.pretty.unwrap_or(print.pretty) && route.method.kind.returns_one();
        let (headers, call) = (std::mem::take(&mut parts.headers), Arc::new(ActiveCall::unobserved(cx)));
        let shutdown = parts.extensions.get().cloned().unwrap_or_default();
        let receive_timeout = parts.extensions.get().map_or(Duration::MAX, |info: &HttpConnInfo| info.receive_timeout);
        let messages = None;
        Ok(Box::new(Self {
            route,
            settings,
            parameters,
            headers,
            body,
            is_get: parts.method == http::Method::GET,
            messages,
            receive_timeout,
            guard,
            shutdown,
            call,
            print,
            framing,
        }))
    }

    /// Returns the signal that the server ends its calls.
    pub(crate) fn shutdown(&self) -> ShutdownSignal {
        self.shutdown.clone()
    }

    pub(crate) fn cx(&self) -> Context {
        self.call.cx().clone()
    }

    /// Returns whether the request is a write of a certain version.
    pub(crate) fn is_conditional_write(&self) -> bool {
        self.route.route.kind != "GET" && conditional::is_conditional(&self.headers)
    }

    pub(crate) fn call(&self) -> Arc<ActiveCall> {
        self.call.clone()
    }

    /// Reads requests from the messages of a WebSocket, and sends a message for each response.
    #[cfg(feature = "websocket")]
    pub(crate) fn over_socket(mut self: Box<Self>, messages: Streaming<Bytes>) -> Box<Self> {
        self.messages = Some(messages);
        self.framing = self.framing.into_messages();
        self
    }

    /// Returns the key of an error among the messages of a stream.
    #[cfg(feature = "websocket")]
    pub(crate) fn error_key(&self) -> &'static str {
        self.framing.error_key()
    }

    /// Replaces the call by the one that the interceptors let pass.
    pub(crate) fn with_call(mut self: Box<Self>, call: Arc<ActiveCall>) -> Box<Self> {
        self.call = call;
        self
    }

    /// Reads the one request message.
    pub(crate) async fn request<Q, Place>(&mut self) -> Result<Q, HttpError>
    where
        Q: Message<Place, Wire: JsonValue>,
    {
        let body = self.whole_body().await?;
        self.place_body(body.is_empty());
        let wire = match self.route.mask {
            Some(mask) if self.parameters.has_mask => self.read_with_given_mask(&body, mask)?,
            Some(mask) => self.read_with_mask(&body, mask)?,
            None => json::read_request(&body, &self.parameters.fields, &self.settings.parse)?,
        };
        self.call.received();
        Ok(read_message(wire, &self.settings).map_err(Error::from)?)
    }

    /// Returns the request messages of the body, each with the fields that the path and the query set.
    pub(crate) async fn requests<Q, Place>(&mut self) -> Result<Streaming<Q>, HttpError>
    where
        Q: Message<Place, Wire: JsonValue>,
    {
        let values = self.request_values().await?;
        self.place_body(false);
        let fields = std::mem::take(&mut self.parameters.fields);
        let (settings, counter) = (self.settings.clone(), self.call.counter());
        let read = move |json: Bytes| {
            let wire =
                json::read_request(&json, &fields, &settings.parse).map_err(|error| HttpError::from(error).error)?;
            counter.received();
            Ok(read_message(wire, &settings)?)
        };
        Ok(read_all_arrived(values, read))
    }

    /// Reads the one request message, whose type is known only at run time.
    pub(crate) async fn json_request(&mut self) -> Result<JsonRequest, HttpError> {
        let body = self.whole_body().await?;
        if let Some(mask) = self.route.mask.filter(|_| self.parameters.has_mask) {
            self.filter_mask(mask)?;
        }
        self.call.received();
        Ok(self.json_request_template().with_body(body))
    }

    /// Returns the request messages of the body, whose type is known only at run time.
    pub(crate) async fn json_requests(&mut self) -> Result<Streaming<JsonRequest>, HttpError> {
        let (values, request) = (self.request_values().await?, self.json_request_template());
        let counter = self.call.counter();
        let read = move |json: Bytes| {
            counter.received();
            Ok(request.clone().with_body(json))
        };
        Ok(read_all_arrived(values, read))
    }

    fn json_request_template(&self) -> JsonRequest {
        let mask = self.route.mask.filter(|_| !self.parameters.has_mask);
        JsonRequest::new(self.route.route.body, mask, &self.parameters.fields)
    }

    /// Returns the JSON of the request messages.
    async fn request_values(&mut self) -> Result<Streaming<Bytes>, HttpError> {
        let (body, limit) = (std::mem::take(&mut self.body), self.settings.max_message_bytes);
        match self.messages.take() {
            Some(messages) if self.route.takes_bytes => {
                let content_type = body::content_type(&self.headers).to_owned();
                Ok(messages.map(move |bytes| http_body::to_json(&content_type, &bytes).into()))
            }
            Some(messages) => Ok(messages),
            None if self.route.takes_bytes => body::read_chunks(body, &self.headers, limit),
            None => body::read_stream(body, &self.headers, limit, self.receive_timeout).await,
        }
    }

    /// Returns the response of one message.
    pub(crate) fn respond<R: JsonValue>(self: Box<Self>, wire: R) -> Result<Response<Body>, HttpError> {
        let field = self.route.response_field;
        let etag = if self.route.returns_etag { conditional::tag_of(&wire) } else { None };
        let bytes = self.route.returns_bytes.then(|| HttpBody::of(&wire, field));
        let bytes = bytes.map(|bytes| (bytes.media_type(), Bytes::from(bytes.data)));
        let mut response = match bytes.clone() {
            Some((media_type, bytes)) => message::bytes(media_type, bytes),
            None => message::json(json::print_response(&wire, field, &self.print).map_err(Error::internal)?),
        };
        *response.status_mut() = self.route.status;
        message::set_metadata(self.call.cx(), &self.settings, &mut response);
        for template in &self.route.headers {
            if let Some(value) = template.value(&wire) {
                response.headers_mut().entry(template.name.clone()).or_insert(value);
            }
        }
        if let Some(tag) = etag {
            response.headers_mut().entry(header::ETAG).or_insert(tag);
        }
        if self.route.route.kind == "GET" {
            conditional::apply(&self.headers, &mut response)?;
        }
        if let Some((_, bytes)) = bytes.filter(|_| self.is_get) {
            range::apply(&self.headers, &bytes, &mut response);
        }
        headers::append_trailers(self.call.cx().trailers().iter(), &self.settings, response.headers_mut());
        self.call.answered(response.status().as_u16());
        self.call.sent(1);
        self.call.end(None);
        Ok(response)
    }

    /// Returns the response of a stream. An error before the first message is one of the whole request, unless it comes late.
    pub(crate) async fn respond_with_stream<R: Send + 'static, W: JsonValue + Send + 'static>(
        self: Box<Self>,
        messages: Streaming<R>,
        into_response: fn(R) -> W,
    ) -> Result<Response<Body>, HttpError> {
        let (cx, settings, field) = (self.cx(), self.settings.clone(), self.route.response_field);
        let longest = settings.heartbeat.filter(|_| self.framing.is_events()).unwrap_or(Duration::MAX);
        let messages = messages.begin(REMOTE_HEADERS.min(longest), FIRST_MESSAGE.min(longest)).await?;
        let mut messages = messages.map(into_response);
        let mut content_type = self.framing.content_type();
        if self.route.returns_bytes {
            // The content type of bytes comes with the first of them.
            let first = messages.message().await?;
            content_type = first.as_ref().map_or(content_type, |first| HttpBody::of(first, field).media_type());
            messages = Streaming::new(futures::StreamExt::chain(futures::stream::iter(first.map(Ok)), messages));
        }
        let stream = ResponseStream {
            method: self.route.method,
            messages,
            framing: self.framing,
            is_bytes: self.route.returns_bytes,
            accepts_trailers: accepts_trailers(&self.headers),
            print: self.print,
            settings: settings.clone(),
            response_field: field,
            call: self.call,
            shutdown: self.shutdown,
            guard: self.guard,
        };
        let mut response = stream.into_response(content_type);
        message::set_metadata(&cx, &settings, &mut response);
        Ok(response)
    }

    async fn whole_body(&mut self) -> Result<Bytes, HttpError> {
        if self.route.route.body.is_empty() {
            return Ok(Bytes::new());
        }
        if let Some(mut messages) = self.messages.take() {
            let message = messages.next().await.transpose()?.unwrap_or_default();
            return Ok(if self.route.takes_bytes { http_body::to_json("", &message).into() } else { message });
        }
        let body = std::mem::take(&mut self.body);
        let kind = BodyKind::of(&self.route, &self.headers, &self.settings);
        let limit = self.settings.max_message_bytes;
        let body = body::read_whole(body, &self.headers, kind, limit, self.receive_timeout).await?;
        match kind {
            BodyKind::Json => Ok(body),
            BodyKind::Bytes if body.is_empty() && self.headers.get(header::CONTENT_TYPE).is_none() => Ok(body),
            BodyKind::Bytes => Ok(http_body::to_json(body::content_type(&self.headers), &body).into()),
            BodyKind::Form => {
                let form = std::str::from_utf8(&body).map_err(|_| Error::invalid_argument("the form is not UTF-8"))?;
                self.parameters.add_form(&self.route, form, &self.settings)?;
                Ok(Bytes::new())
            }
            #[cfg(feature = "multipart")]
            BodyKind::Multipart => self.form_body(body).await,
        }
    }

    /// Sets the fields of a form, and returns the JSON of the file that is the body.
    #[cfg(feature = "multipart")]
    async fn form_body(&mut self, body: Bytes) -> Result<Bytes, HttpError> {
        let mut json = Bytes::new();
        for part in multipart::read_parts(body, &self.headers).await? {
            if !(part.is_file && self.route.takes_bytes) {
                self.parameters.add_part(&self.route, part, &self.settings)?;
            } else if json.is_empty() {
                json = http_body::to_json(&part.content_type, &part.data).into();
            } else {
                return Err(Error::invalid_argument("the form has more than one file").into());
            }
        }
        Ok(json)
    }

    /// Marks the field that the body holds, or the whole request. An empty body is an empty message.
    fn place_body(&mut self, is_empty: bool) {
        let fields = &mut self.parameters.fields;
        match self.route.route.body {
            "" | "*" if is_empty => (),
            "" | "*" => fields.set_body(),
            field if is_empty => fields.at([json::PathStep::Field(field)]).set_present(),
            field => fields.at([json::PathStep::Field(field)]).set_body(),
        }
    }

    /// Reads the request, whose update mask names no fields that only the service sets: their values are ignored.
    fn read_with_given_mask<T: JsonValue>(&mut self, body: &[u8], mask: &'static str) -> Result<T, HttpError> {
        self.filter_mask(mask)?;
        Ok(json::read_request(body, &self.parameters.fields, &self.settings.parse)?)
    }

    /// Removes the fields from the update mask that only the service sets. Fails if there are no others.
    fn filter_mask(&mut self, mask: &'static str) -> Result<(), HttpError> {
        let route = self.route.clone();
        let is_ignored = |path: &&str| route.messages.is_output_only(&format!("{}.{path}", route.route.body));
        for text in self.parameters.fields.at([json::PathStep::Field(mask)]).texts_mut() {
            let kept: Vec<&str> = text.split(',').filter(|path| !is_ignored(path)).collect();
            if kept.is_empty() {
                let violation = Violation::new(mask, "names only fields that the service sets");
                return Err(Error::invalid_argument(violation.to_string()).with_violations([violation]).into());
            }
            *text = kept.join(",");
        }
        Ok(())
    }

    /// Reads the request, and fills the update mask with the fields that the body holds.
    fn read_with_mask<T: JsonValue>(&mut self, body: &[u8], mask: &'static str) -> json::JsonResult<T> {
        let parse = &self.settings.parse;
        let (value, present) = json::read_with_presence(body, &self.parameters.fields, parse)?;
        if present.is_empty() {
            return Ok(value);
        }
        self.parameters.fields.at([json::PathStep::Field(mask)]).push(present.join(","));
        json::read_request(body, &self.parameters.fields, parse)
    }
}

/// Chooses the format of a stream. Fails if the caller accepts none.
fn framing(
    route: &BoundRoute,
    settings: &GatewaySettings,
    parameters: &Parameters,
    headers: &HeaderMap,
) -> Result<Framing, HttpError> {
    let has_error = route.response_has_error;
    if route.method.kind.returns_one() || route.returns_bytes {
        return Ok(Framing::new(settings.streams, headers, has_error));
    }
    if parameters.wants_events {
        return Ok(Framing::new(StreamFormat::Events, headers, has_error));
    }
    Framing::accepted(headers, settings.streams, has_error).ok_or_else(|| {
        let error = "a stream is application/x-ndjson, application/json or text/event-stream";
        HttpError::new(StatusCode::NOT_ACCEPTABLE, Error::invalid_argument(error))
    })
}

fn accepts_trailers(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::TE).iter().filter_map(|value| value.to_str().ok());
    values.any(|value| value.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("trailers")))
}

/// Converts a request, and checks its rules unless the service does.
fn read_message<Q: Message<Place>, Place>(wire: Q::Wire, settings: &GatewaySettings) -> Result<Q, Violations> {
    if settings.unchecked { Q::from_unchecked_request(wire) } else { Q::from_request(wire) }
}
