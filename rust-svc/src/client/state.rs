//! The state that all clones of a client share.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use http::uri::{InvalidUri, PathAndQuery};

use super::{
    attempt::RequestDefaults,
    policy::{BreakerTransition, Budget, CircuitBreaker, Endpoints, MethodHealth},
    transport::Transport,
};
use crate::{
    Code, Method,
    call::method::MethodMap,
    grpc::compression::Encoding,
    intercept::{BreakerState, BreakerStateChange, Chain, Target},
};

/// The state that all clones of a client share.
pub(crate) struct ClientState {
    pub(crate) target: triomphe::Arc<Target>,
    pub(crate) transport: Transport,
    pub(crate) defaults: RequestDefaults,
    pub(crate) timeout: Option<Duration>,
    pub(crate) encoding: Encoding,
    pub(crate) max_response_bytes: usize,
    pub(crate) overrides: HashMap<&'static str, Method>,
    pub(crate) methods: MethodMap<MethodState>,
    pub(crate) budget: Budget,
    /// The health of the endpoints, if there are several.
    pub(crate) endpoints: Option<Endpoints>,
    pub(crate) chain: Chain,
}

/// The state of a method that outlives a call.
#[derive(Default)]
pub(crate) struct MethodState {
    path: OnceLock<PathAndQuery>,
    breaker: OnceLock<Arc<CircuitBreaker>>,
    health: OnceLock<MethodHealth>,
}

impl ClientState {
    /// Returns the override of a method, or else the method as it is declared.
    pub(crate) fn effective<'a>(&'a self, method: &'a Method) -> &'a Method {
        self.overrides.get(method.path).unwrap_or(method)
    }

    /// Returns the circuit breaker of a method, if it has one.
    pub(crate) fn breaker(&self, method: &Method) -> Option<&Arc<CircuitBreaker>> {
        let policy = method.breaker?;
        let new = || {
            let (chain, target, method_name) = (self.chain.clone(), self.target.clone(), method.full_name());
            let report = move |transition: &BreakerTransition| {
                log(method_name, transition);
                chain.breaker_state_changed(&BreakerStateChange::new(method_name, target.clone(), transition.to));
            };
            Arc::new(CircuitBreaker::new(self.target.clone(), method, policy, report))
        };
        Some(self.method(method).breaker.get_or_init(new))
    }

    /// Returns the path of a method. Fails if it is invalid.
    pub(crate) fn path(&self, method: &Method) -> Result<PathAndQuery, InvalidUri> {
        let known = &self.method(method).path;
        if let Some(path) = known.get() {
            return Ok(path.clone());
        }
        let path = PathAndQuery::from_maybe_shared(Bytes::from_static(method.path.as_bytes()))?;
        Ok(known.get_or_init(|| path).clone())
    }

    /// Returns the health of the endpoints and of a method at each, if there are several endpoints.
    pub(crate) fn health(&self, method: &Method) -> Option<(&Endpoints, &MethodHealth)> {
        let endpoints = self.endpoints.as_ref()?;
        let health = self.method(method).health.get_or_init(|| MethodHealth::new(endpoints.len()));
        Some((endpoints, health))
    }

    fn method(&self, method: &Method) -> &MethodState {
        self.methods.get(method.path, MethodState::default)
    }
}

fn log(method: &str, transition: &BreakerTransition) {
    let BreakerTransition { from, to, retry_in, last_code } = transition;
    let last_code = last_code.map(Code::name);
    if *to == BreakerState::Open {
        tracing::warn!(target: "rust_svc::breaker", method, %from, %to, last_code, ?retry_in, "circuit breaker opened");
    } else {
        tracing::info!(target: "rust_svc::breaker", method, %from, %to, last_code, "circuit breaker changed state");
    }
}
