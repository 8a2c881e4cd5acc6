//! One request and its response, between HTTP and a handler.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use futures::FutureExt;

use super::{
    error::HttpError,
    headers,
    http_body::{self, HttpBody},
    request::{
        body::{self, BodyKind},
        context,
        parameters::{self, Parameters},
    },
    response::{Framing, ResponseStream, etag, message},
    routing::BoundRoute,
    settings::{GatewaySettings, StreamFormat},
};
use crate::{
    CancelGuard, Context, Error, Message, Result, Streaming, Violation,
    call::connection_info::HttpConnInfo,
    call::shutdown::ShutdownSignal,
    intercept::ActiveCall,
    json::{self, JsonValue, PrintOptions},
};

/// A request whose route is known.
pub(super) struct HttpExchange {
    route: Arc<BoundRoute>,
    settings: Arc<GatewaySettings>,
    parameters: Parameters,
    headers: HeaderMap,
    body: Body,
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
    pub(super) fn open(
        route: Arc<BoundRoute>,
        settings: Arc<GatewaySettings>,
        segments: &[&str],
        parts: &mut Parts,
        body: Body,
    ) -> Result<Self, HttpError> {
        let query = parts.uri.query().unwrap_or_default();
        let parameters = parameters::read(&route, segments, query, &settings)?;
        let framing = framing(&route, &settings, &parameters, &parts.headers)?;
        let (cx, guard) = context::of_call(&route, &settings, parts)?.with_cancel_guard();
        let mut print = settings.print.clone();
        print.enum_numbers |= parameters.enum_numbers;
        print.pretty = parameters.pretty.unwrap_or(print.pretty) && route.method.kind.returns_one();
        let (headers, call) = (std::mem::take(&mut parts.headers), Arc::new(ActiveCall::unobserved(cx)));
        let shutdown = parts.extensions.get().cloned().unwrap_or_default();
        let receive_timeout = parts.extensions.get().map_or(Duration::MAX, |info: &HttpConnInfo| info.receive_timeout);
        Ok(Self { route, settings, parameters, headers, body, receive_timeout, guard, shutdown, call, print, framing })
    }

    /// Returns the signal that the server ends its calls.
    pub(super) fn shutdown(&self) -> ShutdownSignal {
        self.shutdown.clone()
    }

    pub(super) fn cx(&self) -> Context {
        self.call.cx().clone()
    }

    /// Replaces the call by the one that the interceptors let pass.
    pub(super) fn with_call(self, call: Arc<ActiveCall>) -> Self {
        Self { call, ..self }
    }

    /// Reads the one request message.
    pub(super) async fn request<Q, Place>(&mut self) -> Result<Q, HttpError>
    where
        Q: Message<Place, Wire: JsonValue>,
    {
        let mut body = self.whole_body().await?;
        if self.route.takes_bytes && !(body.is_empty() && self.headers.get(header::CONTENT_TYPE).is_none()) {
            body = http_body::to_json(&self.headers, &body).into();
        }
        self.place_body(body.is_empty());
        let wire = match self.route.mask {
            Some(mask) if self.parameters.has_mask => self.read_with_given_mask(&body, mask)?,
            Some(mask) => self.read_with_mask(&body, mask)?,
            None => json::read_request(&body, &self.parameters.fields, &self.settings.parse)?,
        };
        self.call.received();
        Ok(Q::from_request(wire).map_err(Error::from)?)
    }

    /// Returns the request messages of the body, each with the fields that the path and the query set.
    pub(super) async fn requests<Q, Place>(&mut self) -> Result<Streaming<Q>, HttpError>
    where
        Q: Message<Place, Wire: JsonValue>,
    {
        let body = std::mem::take(&mut self.body);
        let mut values = match self.route.takes_bytes {
            true => body::read_chunks(body, &self.headers)?,
            false => {
                let limit = self.settings.max_message_bytes;
                body::read_stream(body, &self.headers, limit, self.receive_timeout).await?
            }
        };
        self.place_body(false);
        let fields = std::mem::take(&mut self.parameters.fields);
        let (settings, counter) = (self.settings.clone(), self.call.counter());
        let read = move |json: Bytes| {
            let wire =
                json::read_request(&json, &fields, &settings.parse).map_err(|error| HttpError::from(error).error)?;
            counter.received();
            Ok(Q::from_request(wire)?)
        };
        Ok(Streaming::new(futures::stream::poll_fn(move |cx| {
            futures::StreamExt::poll_next_unpin(&mut values, cx).map(|value| value.map(|value| value.and_then(&read)))
        })))
    }

    /// Returns the response of one message.
    pub(super) fn respond<R: Message<Place, Wire: JsonValue>, Place: 'static>(
        self,
        response: R,
    ) -> Result<Response<Body>, HttpError> {
        let (wire, field) = (response.into_response(), self.route.response_field);
        let etag = if self.route.returns_etag { etag::of(&wire) } else { None };
        let mut response = match self.route.returns_bytes {
            true => message::bytes(HttpBody::of(&wire, field)),
            false => message::json(json::print_response(&wire, field, &self.print).map_err(Error::internal)?),
        };
        message::set_metadata(self.call.cx(), &mut response);
        if let Some(tag) = etag {
            etag::set(tag, &self.headers, &mut response);
        }
        headers::append_trailers(self.call.cx().trailers().iter(), response.headers_mut());
        self.call.answered(response.status().as_u16());
        self.call.sent(1);
        self.call.end(None);
        Ok(response)
    }

    /// Returns the response of a stream. An error before the first message is one of the whole request.
    pub(super) async fn respond_with_stream<R: Message<Place, Wire: JsonValue>, Place: 'static>(
        self,
        mut messages: Streaming<R>,
    ) -> Result<Response<Body>, HttpError> {
        // The content type of bytes comes with the first of them.
        let first = match self.route.returns_bytes {
            true => Some(messages.next().await),
            false => messages.next().now_or_never(),
        };
        let first = first.map(Option::transpose).transpose()?.map(|first| first.map(R::into_response));
        let (cx, field) = (self.cx(), self.route.response_field);
        let content_type = match &first {
            Some(Some(first)) if self.route.returns_bytes => HttpBody::of(first, field).media_type(),
            _ => self.framing.content_type(),
        };
        let rest = if matches!(first, Some(None)) { Streaming::empty() } else { messages.map(R::into_response) };
        let first = futures::stream::iter(first.flatten().map(Ok));
        let stream = ResponseStream {
            method: self.route.method,
            messages: Streaming::new(futures::StreamExt::chain(first, rest)),
            framing: self.framing,
            is_bytes: self.route.returns_bytes,
            accepts_trailers: accepts_trailers(&self.headers),
            print: self.print,
            settings: self.settings,
            response_field: field,
            call: self.call,
            shutdown: self.shutdown,
            guard: self.guard,
        };
        let mut response = stream.into_response(content_type);
        message::set_metadata(&cx, &mut response);
        Ok(response)
    }

    async fn whole_body(&mut self) -> Result<Bytes, HttpError> {
        if self.route.route.body.is_empty() {
            return Ok(Bytes::new());
        }
        let body = std::mem::take(&mut self.body);
        let kind = BodyKind::of(&self.route, &self.headers, &self.settings);
        let limit = self.settings.max_message_bytes;
        let body = body::read_whole(body, &self.headers, kind, limit, self.receive_timeout).await?;
        if kind != BodyKind::Form {
            return Ok(body);
        }
        let form = std::str::from_utf8(&body).map_err(|_| Error::invalid_argument("the form is not UTF-8"))?;
        self.parameters.add_form(&self.route, form, &self.settings)?;
        Ok(Bytes::new())
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
        Ok(json::read_request(body, &self.parameters.fields, &self.settings.parse)?)
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
