//! One request and its answer, between HTTP and a handler.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::ConnectInfo,
    http::{HeaderMap, Response, request::Parts},
};
use bytes::Bytes;
use futures::FutureExt;

use super::{
    GatewaySettings, answer,
    download::{Framing, ResponseStream},
    endpoint::BoundRoute,
    failure::HttpError,
    headers,
    params::{self, Parameters},
    upload,
};
use crate::{
    CancelGuard, Context, Error, Message, Peer, Result, Streaming,
    call::connection_info::HttpConnInfo,
    call::shutdown::{DrainSignal, ShutdownSignal},
    grpc::{header, timeout},
    intercept::ActiveCall,
    json::{self, JsonValue, PrintOptions},
};

/// One request that found its route.
pub(super) struct HttpExchange {
    endpoint: Arc<BoundRoute>,
    settings: Arc<GatewaySettings>,
    parameters: Parameters,
    headers: HeaderMap,
    body: Body,
    /// For how long nothing of the body may come, where all of it is waited for.
    receive_timeout: Duration,
    lifeline: CancelGuard,
    ending: ShutdownSignal,
    running: Arc<ActiveCall>,
    print: PrintOptions,
}

impl HttpExchange {
    /// Reads what comes before the body. `segments` is the path, without its verb.
    pub(super) fn open(
        endpoint: Arc<BoundRoute>,
        settings: Arc<GatewaySettings>,
        segments: &[&str],
        parts: &Parts,
        body: Body,
    ) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        let parameters = params::read(&endpoint, segments, query, settings.ignore_unknown_parameters)?;
        let (cx, lifeline) = context(&endpoint, parts)?.with_cancel_guard();
        let mut print = settings.print.clone();
        print.enum_numbers |= parameters.enum_numbers;
        let (headers, running) = (parts.headers.clone(), Arc::new(ActiveCall::alone(cx)));
        let ending = parts.extensions.get().cloned().unwrap_or_default();
        let receive_timeout =
            parts.extensions.get().map_or(Duration::MAX, |arrival: &HttpConnInfo| arrival.receive_timeout);
        Ok(Self { endpoint, settings, parameters, headers, body, receive_timeout, lifeline, ending, running, print })
    }

    /// Tells when the call must end, because the server does.
    pub(super) fn ending(&self) -> ShutdownSignal {
        self.ending.clone()
    }

    pub(super) fn cx(&self) -> Context {
        self.running.cx().clone()
    }

    /// The same request once what is around calls has let it pass.
    pub(super) fn passed(self, running: Arc<ActiveCall>) -> Self {
        Self { running, ..self }
    }

    /// The one request message.
    pub(super) async fn request<Q, Place>(&mut self) -> Result<Q, HttpError>
    where
        Q: Message<Place, Wire: JsonValue>,
    {
        let body = self.whole_body().await?;
        if !body.is_empty() {
            self.place_body();
        }
        let wire = match self.endpoint.mask.filter(|_| !self.parameters.has_mask) {
            Some(mask) => self.read_with_mask(&body, mask)?,
            None => json::read_request(&body, &self.parameters.fields, &self.settings.parse)?,
        };
        self.running.received();
        Ok(Q::from_request(wire).map_err(Error::from)?)
    }

    /// The request messages of the body, each with what the path and the query say.
    pub(super) fn requests<Q, Place>(&mut self) -> Result<Streaming<Q>, HttpError>
    where
        Q: Message<Place, Wire: JsonValue>,
    {
        let body = std::mem::take(&mut self.body);
        if !body.is_end_stream() {
            upload::check_type(&self.headers)?;
        }
        self.place_body();
        let fields = std::mem::take(&mut self.parameters.fields);
        let (settings, counter) = (self.settings.clone(), self.running.counter());
        let mut values = upload::stream(body, settings.max_message_bytes);
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

    /// The answer of one message.
    pub(super) fn answer<R: Message<Place, Wire: JsonValue>, Place: 'static>(
        self,
        response: R,
    ) -> Result<Response<Body>, HttpError> {
        let json = json::print_response(&response.into_response(), self.endpoint.response_field, &self.print);
        let mut response = answer::json(json.map_err(Error::internal)?);
        headers::append(self.running.cx().headers().iter(), response.headers_mut());
        self.running.sent(1);
        self.running.end(None);
        Ok(response)
    }

    /// The answer of a stream. An error that is there at once is one of the whole request.
    pub(super) fn answers<R: Message<Place, Wire: JsonValue>, Place: 'static>(
        self,
        mut messages: Streaming<R>,
    ) -> Result<Response<Body>, HttpError> {
        let messages = match messages.next().now_or_never() {
            Some(Some(Err(error))) => return Err(error.into()),
            Some(Some(Ok(first))) => {
                Streaming::new(futures::StreamExt::chain(futures::stream::iter([Ok(first)]), messages))
            }
            Some(None) => Streaming::empty(),
            None => messages,
        };
        let headers = self.running.cx().headers();
        let mut response = ResponseStream {
            method: self.endpoint.method,
            messages: messages.map(R::into_response),
            framing: Framing::of(&self.headers, (self.endpoint.shape.may_have_error)()),
            print: self.print,
            response_field: self.endpoint.response_field,
            running: self.running,
            ending: self.ending,
            lifeline: self.lifeline,
        }
        .into_response();
        headers::append(headers.iter(), response.headers_mut());
        Ok(response)
    }

    async fn whole_body(&mut self) -> Result<Bytes, HttpError> {
        let body = std::mem::take(&mut self.body);
        if self.endpoint.route.body.is_empty() || body.is_end_stream() {
            return Ok(Bytes::new());
        }
        upload::check_type(&self.headers)?;
        upload::whole(body, self.settings.max_message_bytes, self.receive_timeout).await
    }

    /// The body is the request, or the field that the route names.
    fn place_body(&mut self) {
        match self.endpoint.route.body {
            "" | "*" => self.parameters.fields.set_body(),
            field => self.parameters.fields.at([json::PathStep::Field(field)]).set_body(),
        }
    }

    /// Fills the update mask with the fields that the body holds.
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

fn context(endpoint: &BoundRoute, parts: &Parts) -> Result<Context> {
    let address = address(parts).map(|address| address.ip().to_string());
    let metadata = headers::metadata(&parts.headers, address.as_deref())?;
    let mut cx = caller(parts).with_all_metadata(metadata);
    if let Some(signal) = parts.extensions.get::<DrainSignal>() {
        cx = cx.with_drain_signal(signal.clone());
    }
    let own = endpoint.method.timeout.filter(|_| endpoint.method.kind.returns_one());
    let asked = asked_timeout(&parts.headers)?;
    Ok(asked.into_iter().chain(own).fold(cx, Context::with_timeout))
}

/// A context that says no more than who makes the request.
pub(super) fn caller(parts: &Parts) -> Context {
    let peer = parts.extensions.get().cloned().or_else(|| address(parts).map(Peer::from));
    peer.map_or_else(Context::new, |peer| Context::new().with_peer(peer))
}

fn address(parts: &Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0)
}

fn asked_timeout(headers: &HeaderMap) -> Result<Option<Duration>> {
    let mut values = headers.get_all(header::TIMEOUT).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let timeout = value.to_str().ok().and_then(timeout::parse).filter(|_| values.next().is_none());
    let refused =
        || Error::invalid_argument("the header grpc-timeout must be up to eight digits and a unit, as in 500m");
    timeout.map(Some).ok_or_else(refused)
}
