//! The names of what is measured, in one table.
//!
//! Those of calls are the ones of OpenTelemetry's semantic conventions for RPC (version 1.44, a release candidate) and
//! for HTTP (stable), the latter for calls over HTTP and JSON. What OpenTelemetry has no name for is named alike. In the text format of Prometheus a dot is an underscore, and a
//! name ends with its unit.
//!
//! `Metrics` tells all of these; `Otlp` sends the durations, the retries and what breakers do, but neither what is active,
//! nor messages, nor panics.
//!
//! | name | kind | unit | attributes |
//! |---|---|---|---|
//! | [`SERVER_DURATION`] | histogram | s | [`SYSTEM`], [`METHOD`], [`STATUS`], [`ERROR_TYPE`] |
//! | [`CLIENT_DURATION`] | histogram | s | the same, [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_ATTEMPT_DURATION`] | histogram | s | the same, [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`SERVER_ACTIVE`] | gauge | | [`SYSTEM`], [`METHOD`] |
//! | [`CLIENT_ACTIVE`] | gauge | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`SERVER_SENT`], [`SERVER_RECEIVED`] | counter | | [`SYSTEM`], [`METHOD`] |
//! | [`SERVER_PANICS`] | counter | | [`SYSTEM`], [`METHOD`] |
//! | [`CLIENT_RETRIES`] | counter | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_SENT`], [`CLIENT_RECEIVED`] | counter | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_BREAKER_STATE`] | gauge: 0 closed, 1 half open, 2 open | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`CLIENT_BREAKER_OPENED`] | counter | | [`SYSTEM`], [`METHOD`], [`SERVER_ADDRESS`], [`SERVER_PORT`] |
//! | [`HTTP_DURATION`] | histogram | s | [`HTTP_METHOD`], [`HTTP_SCHEME`], [`HTTP_ROUTE`], [`HTTP_STATUS`], [`ERROR_TYPE`] |
//! | [`HTTP_ACTIVE`] | gauge | | [`HTTP_METHOD`], [`HTTP_SCHEME`] |
//!
//! What does not apply is left out: a client of a Unix socket has no [`SERVER_PORT`], a call that did not fail by a fault
//! of this side has no [`ERROR_TYPE`].

/// How long a call took on a server, streams to their end.
pub const SERVER_DURATION: &str = "rpc.server.call.duration";

/// How long a call took for a client, all attempts together.
pub const CLIENT_DURATION: &str = "rpc.client.call.duration";

/// How long one attempt of a call took. They are not as many as calls: a call that is tried again, or sent again because no
/// server had looked at it, has several, and one that was given up may have none.
pub const CLIENT_ATTEMPT_DURATION: &str = "rpc.client.attempt.duration";

/// How often a call was tried again, counted when that attempt ends. What a server has not looked at is sent again without
/// being counted (gRFC A6, "transparent retries").
pub const CLIENT_RETRIES: &str = "rpc.client.retries";

/// How many calls are under way on a server.
pub const SERVER_ACTIVE: &str = "rpc.server.active_calls";

/// How many calls are under way for a client.
pub const CLIENT_ACTIVE: &str = "rpc.client.active_calls";

/// How the circuit breaker of a method stands.
pub const CLIENT_BREAKER_STATE: &str = "rpc.client.breaker.state";

/// How many messages a server has sent, counted when their calls end.
pub const SERVER_SENT: &str = "rpc.server.sent_messages";
/// How many messages a server has received, counted when their calls end.
pub const SERVER_RECEIVED: &str = "rpc.server.received_messages";
/// How often a handler, or what is around it, panicked in a call, over gRPC or HTTP.
pub const SERVER_PANICS: &str = "rpc.server.panics";
/// How many messages a client has sent, counted when their calls end; one that was sent in several attempts is one.
pub const CLIENT_SENT: &str = "rpc.client.sent_messages";
/// How many messages a client has received, counted when their calls end.
pub const CLIENT_RECEIVED: &str = "rpc.client.received_messages";
/// How often the circuit breaker of a method has opened.
pub const CLIENT_BREAKER_OPENED: &str = "rpc.client.breaker.opened";
/// How long a request over HTTP and JSON took, streams to their end.
pub const HTTP_DURATION: &str = "http.server.request.duration";
/// How many requests over HTTP and JSON are under way.
pub const HTTP_ACTIVE: &str = "http.server.active_requests";

/// The method of HTTP, such as `GET`; [`OTHER`] if it is none that is known.
pub const HTTP_METHOD: &str = "http.request.method";
/// `http` or `https`.
pub const HTTP_SCHEME: &str = "url.scheme";
/// The template of the path, such as `/v1/users/{user_id}`; empty if there is none for the path.
pub const HTTP_ROUTE: &str = "http.route";
/// The status of HTTP, 499 if nobody waited for the answer.
pub const HTTP_STATUS: &str = "http.response.status_code";
/// The attribute that is always `grpc`.
pub const SYSTEM: &str = "rpc.system.name";

/// The full name of the method, such as `inventory.v1.InventoryService/CheckStock`; [`OTHER`] if there is none.
pub const METHOD: &str = "rpc.method";

/// The name of the code, `OK` if there is no error.
pub const STATUS: &str = "rpc.response.status_code";

/// The host that a client was made to call, the first one of several, or the path of a Unix socket, or the name of a service in this process.
pub const SERVER_ADDRESS: &str = "server.address";

/// The port of that host.
pub const SERVER_PORT: &str = "server.port";

/// Why a call failed by a fault of this side: what [`STATUS`] says, or the status of HTTP.
pub const ERROR_TYPE: &str = "error.type";

/// Where a call comes from, in spans: the address, or the path of a Unix socket.
pub const PEER_ADDRESS: &str = "network.peer.address";

/// The port that it comes from, in spans.
pub const PEER_PORT: &str = "network.peer.port";

/// The method of calls to what is not served: a caller must not be able to make names.
pub const OTHER: &str = "_OTHER";

/// The bounds of the buckets of durations, in seconds.
pub const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
