//! The names of metrics and attributes.
//!
//! They follow OpenTelemetry's semantic conventions for RPC (version 1.44, a release candidate), and for HTTP (stable) in
//! calls over HTTP and JSON. Names that OpenTelemetry lacks are formed alike. In the text format of Prometheus, a dot is an
//! underscore, and a name ends with its unit.
//!
//! `Metrics` exports all of them. `Otlp` exports durations, retries, circuit breakers and endpoints, but not active calls, messages and
//! panics.
//!
//! | name | kind | unit | attributes |
//! |---|---|---|---|
//! | [`SERVER_DURATION`] | histogram | s | [`SYSTEM`], [`METHOD`], [`STATUS`], [`ERROR_TYPE`] |
//! | [`CLIENT_DURATION`] | histogram | s | those of [`SERVER_DURATION`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_ATTEMPT_DURATION`] | histogram | s | those of [`SERVER_DURATION`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`SERVER_ACTIVE`] | gauge | | [`SYSTEM`], [`METHOD`] |
//! | [`CLIENT_ACTIVE`] | gauge | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`SERVER_SENT`], [`SERVER_RECEIVED`] | counter | | [`SYSTEM`], [`METHOD`] |
//! | [`SERVER_PANICS`] | counter | | [`SYSTEM`], [`METHOD`] |
//! | [`CLIENT_RETRIES`] | counter | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_SENT`], [`CLIENT_RECEIVED`] | counter | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_BREAKER_STATE`] | gauge: 0 closed, 1 half open, 2 open | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_BREAKER_OPENED`] | counter | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_ENDPOINT_ATTEMPTS`], [`CLIENT_ENDPOINT_FAILURES`] | counter | | [`ENDPOINT`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_ENDPOINT_EJECTIONS`] | counter | | [`ENDPOINT`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`HTTP_DURATION`] | histogram | s | [`HTTP_METHOD`], [`HTTP_SCHEME`], [`HTTP_ROUTE`], [`HTTP_STATUS`], [`ERROR_TYPE`] |
//! | [`HTTP_ACTIVE`] | gauge | | [`HTTP_METHOD`], [`HTTP_SCHEME`] |
//!
//! Attributes that do not apply are absent: a client of a Unix socket has no [`SERVER_PORT`], a call without a fault of this
//! side no [`ERROR_TYPE`].

/// The duration of a call on a server, of streams until their end.
pub const SERVER_DURATION: &str = "rpc.server.call.duration";

/// The duration of a call of a client, with all attempts.
pub const CLIENT_DURATION: &str = "rpc.client.call.duration";

/// The duration of one attempt of a call. A retried call has several attempts, also with transparent retries; a call that was
/// abandoned early may have none.
pub const CLIENT_ATTEMPT_DURATION: &str = "rpc.client.attempt.duration";

/// The number of retries, counted at the end of the attempt. Transparent retries (gRFC A6) are not counted.
pub const CLIENT_RETRIES: &str = "rpc.client.retries";

/// The kind of the fallback that answered a call in place of its server, in the span of the call.
pub const FALLBACK: &str = "rpc.client.fallback";

/// The number of calls in progress on a server.
pub const SERVER_ACTIVE: &str = "rpc.server.active_calls";

/// The number of calls in progress of a client.
pub const CLIENT_ACTIVE: &str = "rpc.client.active_calls";

/// The state of the circuit breaker of a method.
pub const CLIENT_BREAKER_STATE: &str = "rpc.client.breaker.state";

/// The number of messages that a server sent, counted at the end of the call.
pub const SERVER_SENT: &str = "rpc.server.sent_messages";
/// The number of messages that a server received, counted at the end of the call.
pub const SERVER_RECEIVED: &str = "rpc.server.received_messages";
/// The number of panics of handlers and their chains, over gRPC and HTTP.
pub const SERVER_PANICS: &str = "rpc.server.panics";
/// The number of messages that a client sent, counted at the end of the call, once for all attempts.
pub const CLIENT_SENT: &str = "rpc.client.sent_messages";
/// The number of messages that a client received, counted at the end of the call.
pub const CLIENT_RECEIVED: &str = "rpc.client.received_messages";
/// The number of times that the circuit breaker of a method opened.
pub const CLIENT_BREAKER_OPENED: &str = "rpc.client.breaker.opened";
/// The number of attempts at one of several endpoints of a client.
pub const CLIENT_ENDPOINT_ATTEMPTS: &str = "rpc.client.endpoint.attempts";
/// The number of these attempts that failed by a fault of the server.
pub const CLIENT_ENDPOINT_FAILURES: &str = "rpc.client.endpoint.failures";
/// The number of times that calls began to avoid an endpoint because it failed and others did not.
pub const CLIENT_ENDPOINT_EJECTIONS: &str = "rpc.client.endpoint.ejections";
/// The duration of a request over HTTP and JSON, of streams until their end.
pub const HTTP_DURATION: &str = "http.server.request.duration";
/// The number of HTTP and JSON requests in progress.
pub const HTTP_ACTIVE: &str = "http.server.active_requests";

/// The HTTP method, such as `GET`; [`OTHER`] if it is unknown.
pub const HTTP_METHOD: &str = "http.request.method";
/// `http` or `https`.
pub const HTTP_SCHEME: &str = "url.scheme";
/// The template of the path, such as `/v1/users/{user_id}`; empty if no route matches the path.
pub const HTTP_ROUTE: &str = "http.route";
/// The HTTP status; 499 if the caller abandoned the request.
pub const HTTP_STATUS: &str = "http.response.status_code";
/// The attribute that is always `grpc`.
pub const SYSTEM: &str = "rpc.system.name";

/// The full name of the method, such as `inventory.v1.InventoryService/CheckStock`; [`OTHER`] if it is unknown.
pub const METHOD: &str = "rpc.method";

/// The name of the code; `OK` without an error.
pub const STATUS: &str = "rpc.response.status_code";

/// The host in the target of a client (the first of several), the path of a Unix socket, or the name of a service in this
/// process.
pub const SERVER_ADDRESS: &str = "server.address";

/// The port of that host.
pub const SERVER_PORT: &str = "server.port";

/// The address of one of several endpoints of a client, such as `10.0.0.7:50051`; [`OTHER`] after the first 1,000.
pub const ENDPOINT: &str = "rpc.client.endpoint";

/// The reason of a fault of this side: the value of [`STATUS`], or the HTTP status.
pub const ERROR_TYPE: &str = "error.type";

/// The address of the caller, or the path of a Unix socket, in spans.
pub const PEER_ADDRESS: &str = "network.peer.address";

/// The port of the caller, in spans.
pub const PEER_PORT: &str = "network.peer.port";

/// The method of calls to unknown methods, so that callers cannot create metrics.
pub const OTHER: &str = "_OTHER";

/// The upper bounds of the buckets of durations, in seconds.
pub const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
