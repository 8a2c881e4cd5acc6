//! The settings of a gateway.

use std::{fmt, sync::Arc, time::Duration};

use axum::http::{HeaderValue, StatusCode};

use super::{NameList, TrustedProxies, UnknownParameters};
use crate::{
    Error, Method,
    gateway::routing::route::Unescape,
    json::{ParseOptions, PrintOptions},
};

/// How a gateway reads requests and prints responses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewaySettings {
    /// How responses are printed.
    pub print: PrintOptions,
    /// How bodies are read.
    pub parse: ParseOptions,
    /// The largest request message, in bytes; 4 MiB unless set. The response to a larger one is 413.
    pub max_message_bytes: usize,
    /// Pass requests on that violate the rules of their messages, because the service checks them itself. Fakes do.
    pub unchecked: bool,
    /// The treatment of query parameters that are not fields of the request; refused unless set.
    pub unknown_parameters: UnknownParameters,
    /// Query parameters that are ignored where they are not fields of the request.
    pub ignored_parameters: NameList,
    /// Ignore query parameters whose field the path or the body sets, instead of responding with 400.
    pub path_over_query: bool,
    /// Read bodies of `application/x-www-form-urlencoded` as fields. Any web page can send such a form without asking, so a
    /// service that trusts cookies should not.
    pub form_bodies: bool,
    /// Serve a path with a slash behind it as the path without. Otherwise 404.
    pub trailing_slash: bool,
    /// Which characters stay encoded in variables of several segments, for all routes; as each route declares unless set.
    pub unescape: Option<Unescape>,
    /// Serve a `POST` with the header `X-HTTP-Method-Override` as the method that it names.
    pub method_override: bool,
    /// Respond with 501 to a method that a path does not take, instead of 405 with `Allow`.
    pub wrong_method_is_unimplemented: bool,
    /// Pass `Accept`, `Cookie`, `User-Agent` and the other permanent headers of HTTP on as metadata, with the prefix
    /// `grpcgateway-`.
    pub permanent_headers: bool,
    /// Headers of requests that are metadata of the same name, beside `authorization`, `traceparent` and a few others.
    pub request_headers: NameList,
    /// Metadata of responses that is a header of the same name, beside `location`, `cache-control` and a few others.
    pub response_headers: NameList,
    /// Omit other metadata of responses, instead of sending it with the prefix `grpc-metadata-` or `grpc-trailer-`.
    pub hide_other_metadata: bool,
    /// The proxies whose `X-Forwarded-*` and `Forwarded` headers count; all callers unless set.
    pub trusted_proxies: TrustedProxies,
    /// The duration of calls whose callers set none.
    pub default_timeout: Option<Duration>,
    /// The maximum duration of calls, streams included. A longer one that the caller sets, or none, is shortened to it.
    pub max_timeout: Option<Duration>,
    /// How errors are printed; `google.rpc.Status` unless set.
    pub errors: ErrorFormat,
    /// How streams are sent to callers that accept several formats; lines unless set.
    pub streams: StreamFormat,
    /// The pause in a stream of events after which a heartbeat is sent; 15 seconds unless set.
    pub heartbeat: Option<Duration>,
    /// How WebSockets are accepted.
    #[cfg(feature = "websocket")]
    pub web_sockets: WebSocketSettings,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            print: PrintOptions::default(),
            parse: ParseOptions::default(),
            max_message_bytes: 4 * 1024 * 1024,
            unchecked: false,
            unknown_parameters: UnknownParameters::Refuse,
            ignored_parameters: NameList::new(),
            path_over_query: false,
            form_bodies: false,
            trailing_slash: false,
            unescape: None,
            method_override: false,
            wrong_method_is_unimplemented: false,
            permanent_headers: false,
            request_headers: NameList::new(),
            response_headers: NameList::new(),
            hide_other_metadata: false,
            trusted_proxies: TrustedProxies::default(),
            default_timeout: None,
            max_timeout: None,
            errors: ErrorFormat::default(),
            streams: StreamFormat::default(),
            heartbeat: Some(Duration::from_secs(15)),
            #[cfg(feature = "websocket")]
            web_sockets: WebSocketSettings::default(),
        }
    }
}

impl GatewaySettings {
    /// Returns the settings that Google's own REST clients expect: errors as `{"error":{..}}` with the HTTP status, streams
    /// as arrays.
    pub fn google() -> Self {
        Self { errors: ErrorFormat::Google, streams: StreamFormat::Array, ..Self::default() }
    }

    /// Returns the settings with which responses are those of grpc-gateway v2: defaults are printed, unknown fields and
    /// parameters are ignored, the path precedes the query, streams are lines of `{"result":..}`, and the response to a
    /// wrong method is 501.
    pub fn grpc_gateway() -> Self {
        let mut settings = Self {
            streams: StreamFormat::ResultLines,
            unknown_parameters: UnknownParameters::Ignore,
            path_over_query: true,
            wrong_method_is_unimplemented: true,
            permanent_headers: true,
            ..Self::default()
        };
        settings.print.defaults = true;
        settings.parse.ignore_unknown = true;
        settings
    }
}

/// How a gateway accepts WebSockets, over which callers stream in both directions.
#[cfg(feature = "websocket")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebSocketSettings {
    /// The origins of pages that may connect; their own unless set.
    pub origins: AllowedOrigins,
    /// The time between pings; 30 seconds unless set. A caller that is silent for two of them is disconnected.
    pub ping: Option<Duration>,
}

#[cfg(feature = "websocket")]
impl Default for WebSocketSettings {
    fn default() -> Self {
        Self { origins: AllowedOrigins::default(), ping: Some(Duration::from_secs(30)) }
    }
}

/// The origins of pages that may connect. Callers that are not browsers have none, and may always.
#[cfg(feature = "websocket")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllowedOrigins {
    /// Pages of the host that the request names.
    #[default]
    Same,
    /// All pages. A service that trusts cookies should not allow them.
    Any,
    /// Pages of these origins, such as `https://shop.example`.
    List(Vec<String>),
}

/// The format of a stream of responses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamFormat {
    /// A line of JSON for each message, as `application/x-ndjson`.
    #[default]
    Lines,
    /// A JSON array of the messages, as `application/json`.
    Array,
    /// Server-sent events, numbered from 1 or from the caller's `Last-Event-ID`, as `text/event-stream`.
    Events,
    /// A line `{"result":..}` for each message, as `application/json`: the format of grpc-gateway.
    ResultLines,
}

/// The format of errors.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ErrorFormat {
    /// `google.rpc.Status`: `{"code":5,"message":..,"details":[..]}`, with the number of the gRPC code.
    #[default]
    Status,
    /// Google's REST APIs: `{"error":{"code":404,"message":..,"status":"NOT_FOUND","details":[..]}}`.
    Google,
    /// Problem details (RFC 9457), with a JSON pointer for each violation.
    Problem,
    /// A format of the user's own. Streams print `google.rpc.Status`.
    Custom(CustomErrors),
}

/// A function that prints errors.
#[derive(Clone)]
pub struct CustomErrors {
    pub(in crate::gateway) content_type: HeaderValue,
    print: Arc<PrintError>,
}

type PrintError = dyn Fn(&Error, u16) -> Vec<u8> + Send + Sync;

impl ErrorFormat {
    /// Prints errors with a function of the error and its HTTP status. Fails if the content type is not a header value.
    pub fn custom(
        content_type: &str,
        print: impl Fn(&Error, u16) -> Vec<u8> + Send + Sync + 'static,
    ) -> crate::Result<Self> {
        let content_type = HeaderValue::try_from(content_type)
            .map_err(|error| Error::invalid_argument("not a content type").with_source(error))?;
        Ok(Self::Custom(CustomErrors { content_type, print: Arc::new(print) }))
    }
}

impl CustomErrors {
    pub(in crate::gateway) fn print(&self, error: &Error, status: StatusCode) -> Vec<u8> {
        (self.print)(error, status.as_u16())
    }
}

impl fmt::Debug for CustomErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomErrors").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// The route of a request: a value of its [`Context`](crate::Context), and in the extensions of its response.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MatchedRoute {
    /// The method of the call.
    pub method: Method,
    /// The HTTP method as the route declares it: `GET` for a `HEAD` request, `*` for a route of every method.
    pub kind: &'static str,
    /// The template of the path, such as `/v1/orders/{order_id}`.
    pub template: &'static str,
}
