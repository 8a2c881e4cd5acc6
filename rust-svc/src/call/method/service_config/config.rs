//! A service config, and the policies that it sets for a method.

use std::{collections::HashMap, time::Duration};

use crate::call::method::retry::{Hedge, Retry};

/// Call policies in the format of gRPC, `methodConfig` and `retryThrottling`: see
/// [the format](https://github.com/grpc/grpc/blob/master/doc/service_config.md).
///
/// ```
/// let config = rust_svc::ServiceConfig::parse(
///     r#"{"methodConfig": [{"name": [{"service": "shop.v1.Shop"}], "timeout": "1.5s"}]}"#,
/// )?;
/// # Ok::<(), rust_svc::InvalidServiceConfig>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceConfig {
    /// The policies by name: `SERVICE/METHOD`, `SERVICE/`, or `/` for all services.
    pub(super) methods: HashMap<String, MethodConfig>,
    pub(super) throttling: Option<RetryThrottling>,
    pub(super) warnings: Vec<String>,
}

/// The policies that a service config sets for the methods of one of its names.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MethodConfig {
    /// The timeout of calls.
    pub timeout: Option<Duration>,
    /// Whether the timeout counts only for calls whose context sets none of its own, as in Google's client libraries.
    pub is_default_timeout: bool,
    /// Whether calls wait for a server that cannot be reached, up to their deadline.
    pub wait_for_ready: Option<bool>,
    /// The largest request message.
    pub max_request_bytes: Option<u32>,
    /// The largest response message.
    pub max_response_bytes: Option<u32>,
    /// The retry policy.
    pub retry: Option<Retry>,
    /// The hedging policy.
    pub hedge: Option<Hedge>,
}

/// The retry budget of a client, as gRFC A6 defines it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryThrottling {
    /// The most tokens. A failed attempt takes one, and there are no retries while at most half are left.
    pub max_tokens: f64,
    /// The tokens that a successful call adds.
    pub token_ratio: f64,
}

impl ServiceConfig {
    /// Returns what the config sets for a method, the most specific first: by its name, its service, and all services.
    pub fn method<'a>(&'a self, service: &'a str, method: &'a str) -> impl Iterator<Item = &'a MethodConfig> {
        [(service, method), (service, ""), ("", "")]
            .into_iter()
            .filter_map(|(service, method)| self.entry(service, method))
    }

    /// Returns what the config sets under one name: that of a method, of a service if `method` is empty, or of all services
    /// if both are.
    pub fn entry(&self, service: &str, method: &str) -> Option<&MethodConfig> {
        self.methods.get(&format!("{service}/{method}"))
    }

    /// Returns the names of the config: `SERVICE/METHOD`, `SERVICE/`, or `/` for all services. They are in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.methods.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Returns the retry budget, if the config sets one.
    pub fn retry_throttling(&self) -> Option<RetryThrottling> {
        self.throttling
    }

    /// Returns what the config says that has no effect.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns true if the config sets nothing.
    pub fn is_empty(&self) -> bool {
        self.methods.is_empty() && self.throttling.is_none()
    }
}
