//! The names of what is measured, in one table.
//!
//! Those of calls are the ones of OpenTelemetry's semantic conventions for RPC (version 1.44, a release candidate). What
//! OpenTelemetry has no name for is named alike. In the text format of Prometheus a dot is an underscore, and a
//! name ends with its unit.
//!
//! | name | kind | unit | attributes |
//! |---|---|---|---|
//! | [`SERVER_DURATION`] | histogram | s | [`SYSTEM`], [`METHOD`], [`STATUS`] |
//! | [`CLIENT_DURATION`] | histogram | s | [`SYSTEM`], [`METHOD`], [`STATUS`] |
//! | [`CLIENT_ATTEMPT_DURATION`] | histogram | s | [`SYSTEM`], [`METHOD`], [`STATUS`] |
//! | [`SERVER_ACTIVE`], [`CLIENT_ACTIVE`] | gauge | | [`SYSTEM`], [`METHOD`] |
//! | [`CLIENT_BREAKER_STATE`] | gauge: 0 closed, 1 half open, 2 open | | [`SYSTEM`], [`METHOD`] |

/// How long a call took on a server, streams to their end.
pub const SERVER_DURATION: &str = "rpc.server.call.duration";

/// How long a call took for a client, all attempts together.
pub const CLIENT_DURATION: &str = "rpc.client.call.duration";

/// How long one attempt of a call took; there are more of these than of calls by as many as were retried.
pub const CLIENT_ATTEMPT_DURATION: &str = "rpc.client.attempt.duration";

/// How many calls are under way on a server.
pub const SERVER_ACTIVE: &str = "rpc.server.active_calls";

/// How many calls are under way for a client.
pub const CLIENT_ACTIVE: &str = "rpc.client.active_calls";

/// How the circuit breaker of a method stands.
pub const CLIENT_BREAKER_STATE: &str = "rpc.client.breaker.state";

/// The attribute that is always `grpc`.
pub const SYSTEM: &str = "rpc.system.name";

/// The full name of the method, such as `inventory.v1.InventoryService/CheckStock`; [`OTHER`] if there is none.
pub const METHOD: &str = "rpc.method";

/// The name of the code, `OK` if there is no error.
pub const STATUS: &str = "rpc.response.status_code";

/// The method of calls to what is not served: a caller must not be able to make names.
pub const OTHER: &str = "_OTHER";

/// The bounds of the buckets of durations, in seconds.
pub const BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
