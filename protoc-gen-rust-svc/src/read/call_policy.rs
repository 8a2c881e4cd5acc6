//! The options of `rust_svc.v1` about calls.

#![expect(missing_docs, reason = "they are named and explained in options.proto")]

use prost::Message;

/// `rust_svc.v1.CallPolicy`.
#[derive(Clone, PartialEq, Message)]
pub struct CallPolicy {
    #[prost(string, tag = "1")]
    pub deadline: String,
    #[prost(message, optional, tag = "2")]
    pub retry: Option<RetryOptions>,
    #[prost(message, optional, tag = "3")]
    pub breaker: Option<BreakerOptions>,
    #[prost(string, tag = "4")]
    pub idempotency_key: String,
    #[prost(string, tag = "5")]
    pub max_deadline: String,
    #[prost(string, tag = "6")]
    pub attempt_timeout: String,
    #[prost(string, tag = "7")]
    pub open_timeout: String,
    #[prost(string, tag = "8")]
    pub idle_timeout: String,
    #[prost(string, tag = "9")]
    pub total_timeout: String,
    #[prost(message, optional, tag = "10")]
    pub hedge: Option<HedgeOptions>,
    #[prost(message, optional, tag = "11")]
    pub bulkhead: Option<BulkheadOptions>,
    #[prost(bool, optional, tag = "12")]
    pub wait_for_ready: Option<bool>,
    #[prost(uint32, optional, tag = "13")]
    pub max_request_bytes: Option<u32>,
    #[prost(uint32, optional, tag = "14")]
    pub max_response_bytes: Option<u32>,
}

/// `rust_svc.v1.Hedge`.
#[derive(Clone, PartialEq, Message)]
pub struct HedgeOptions {
    #[prost(uint32, tag = "1")]
    pub max_attempts: u32,
    #[prost(string, tag = "2")]
    pub delay: String,
    #[prost(string, repeated, tag = "3")]
    pub codes: Vec<String>,
}

/// `rust_svc.v1.Bulkhead`.
#[derive(Clone, PartialEq, Message)]
pub struct BulkheadOptions {
    #[prost(uint32, tag = "1")]
    pub max_in_flight: u32,
    #[prost(uint32, tag = "2")]
    pub max_queued: u32,
}

/// `rust_svc.v1.RetryOptions`.
#[derive(Clone, PartialEq, Message)]
pub struct RetryOptions {
    #[prost(uint32, tag = "1")]
    pub max_attempts: u32,
    #[prost(string, tag = "2")]
    pub initial_backoff: String,
    #[prost(string, tag = "3")]
    pub max_backoff: String,
    #[prost(double, tag = "4")]
    pub multiplier: f64,
    #[prost(string, repeated, tag = "5")]
    pub codes: Vec<String>,
}

/// `rust_svc.v1.BreakerOptions`.
#[derive(Clone, PartialEq, Message)]
pub struct BreakerOptions {
    #[prost(string, tag = "1")]
    pub window: String,
    #[prost(uint32, tag = "2")]
    pub min_calls: u32,
    #[prost(uint32, tag = "3")]
    pub failure_percent: u32,
    #[prost(string, tag = "4")]
    pub open: String,
    #[prost(uint32, tag = "5")]
    pub probes: u32,
    #[prost(bool, tag = "6")]
    pub disabled: bool,
    #[prost(string, tag = "7")]
    pub slow_call: String,
    #[prost(uint32, tag = "8")]
    pub slow_percent: u32,
    #[prost(string, tag = "9")]
    pub group: String,
}
