//! The state that all clones of a client share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::uri::{InvalidUri, PathAndQuery};

use super::{
    attempt::RequestDefaults,
    call::Fallbacks,
    config::{ClientPolicies, EffectiveConnection, EffectivePolicy, PolicySource, PolicyTable},
    connection_settings::ConnectionSettings,
    policy::{BreakerTransition, Budget, CallLimit, CircuitBreaker, Endpoints, MethodHealth, RecentLatency},
    transport::{EndpointListener, Transport},
};
use crate::{
    Breaker, Code, Method, RetryThrottling, ServiceConfig,
    call::method::MethodMap,
    grpc::compression::Encoding,
    intercept::{BreakerState, BreakerStateChange, Chain, Target},
};

/// The state that all clones of a client share.
pub(crate) struct ClientState {
    pub(crate) target: triomphe::Arc<Target>,
    pub(crate) transport: Transport,
    /// The settings of connections; `None` if the client calls a service in its process.
    pub(super) connection: Option<Box<ConnectionSettings>>,
    pub(crate) defaults: RequestDefaults,
    pub(crate) timeout: Option<Duration>,
    pub(crate) encoding: Encoding,
    pub(crate) max_response_bytes: usize,
    /// The policies that code and a service config set. A reload replaces them.
    pub(crate) policies: ArcSwap<PolicyTable>,
    /// The retry budget that code sets, which a service config does not change.
    pub(crate) own_throttling: Option<RetryThrottling>,
    pub(crate) fallbacks: Fallbacks,
    /// The circuit breakers by method or group.
    pub(crate) breakers: Mutex<BTreeMap<&'static str, Arc<CircuitBreaker>>>,
    pub(crate) methods: MethodMap<MethodState>,
    pub(crate) budget: Budget,
    /// The retry budgets that service configs set when the code was generated, in place of that of the client.
    pub(crate) compiled_budgets: Mutex<Vec<(RetryThrottling, Arc<Budget>)>>,
    /// The health of the endpoints, if there are several.
    pub(crate) endpoints: Option<Arc<Endpoints>>,
    pub(crate) chain: Chain,
}

/// The state of a method that outlives a call.
#[derive(Default)]
pub(crate) struct MethodState {
    path: OnceLock<PathAndQuery>,
    breaker: OnceLock<Arc<CircuitBreaker>>,
    health: OnceLock<MethodHealth>,
    latency: RecentLatency,
    budget: OnceLock<Arc<Budget>>,
    limit: OnceLock<CallLimit>,
}

impl ClientState {
    /// Returns a method with the policies in force.
    pub(crate) fn effective(&self, method: Method) -> Method {
        self.policies.load().effective(&method).unwrap_or(method)
    }

    /// Returns the policies in force for a method, with their sources.
    pub(crate) fn policy(&self, declared: &Method) -> EffectivePolicy {
        let Self { timeout, max_response_bytes, .. } = *self;
        let table = self.policies.load();
        let resolved = table.resolve(declared);
        let (budget, fallback) = (self.budget(&resolved.method).limits(), self.fallbacks.name(declared));
        let budget_source = match self.own_throttling {
            Some(_) => PolicySource::Code,
            None => table.budget_source(&resolved.method),
        };
        let client = ClientPolicies { timeout, max_response_bytes, budget, budget_source, fallback };
        EffectivePolicy::new(&resolved, client)
    }

    /// Returns the settings of connections in force, with their sources.
    pub(super) fn connection(&self) -> EffectiveConnection {
        EffectiveConnection::new(self.target.as_str(), self.connection.as_deref())
    }

    /// Replaces the service config. Calls that have begun keep their policies.
    pub(crate) fn reload(&self, config: ServiceConfig) {
        self.budget.configure(self.own_throttling.or(config.retry_throttling()));
        self.policies.rcu(|table| table.with_config(config.clone()));
    }

    /// Returns the circuit breaker of a method, if it has one.
    pub(crate) fn breaker(&self, method: &Method) -> Option<&Arc<CircuitBreaker>> {
        let policy = method.breaker?;
        Some(self.method(method).breaker.get_or_init(|| self.shared_breaker(method, policy)))
    }

    /// Returns the circuit breaker of the group of a method, or a new one.
    fn shared_breaker(&self, method: &Method, policy: Breaker) -> Arc<CircuitBreaker> {
        let name = policy.group.unwrap_or(method.full_name());
        let new = || {
            let (chain, target) = (self.chain.clone(), self.target.clone());
            let report = move |transition: &BreakerTransition| {
                log(name, transition);
                chain.breaker_state_changed(&BreakerStateChange::new(name, target.clone(), transition.to));
            };
            Arc::new(CircuitBreaker::new(self.target.clone(), method, policy, report))
        };
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        breakers.entry(name).or_insert_with(new).clone()
    }

    /// Returns the circuit breakers of the methods that were called, by name.
    pub(crate) fn breakers(&self) -> Vec<Arc<CircuitBreaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Returns how long calls of a method take, if their time is that of one server.
    pub(crate) fn latency(&self, method: &Method) -> Option<&RecentLatency> {
        let is_unary = method.kind.takes_one() && method.kind.returns_one();
        (is_unary && self.endpoints.is_none()).then(|| &self.method(method).latency)
    }

    /// Returns the retry budget of a method: that of the client, unless the generated code has one.
    pub(crate) fn budget(&self, method: &Method) -> &Budget {
        match method.throttling.filter(|_| self.own_throttling.is_none()) {
            Some(throttling) => self.method(method).budget.get_or_init(|| self.compiled_budget(throttling)),
            None => &self.budget,
        }
    }

    /// Returns the budget that all methods with these limits share.
    fn compiled_budget(&self, throttling: RetryThrottling) -> Arc<Budget> {
        let mut budgets = self.compiled_budgets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, budget)) = budgets.iter().find(|(known, _)| *known == throttling) {
            return budget.clone();
        }
        let budget = Arc::new(Budget::new());
        budget.configure(Some(throttling));
        budgets.push((throttling, budget.clone()));
        budget
    }

    /// Returns the bulkhead of a method, if it has one.
    pub(crate) fn call_limit(&self, method: &Method) -> Option<&CallLimit> {
        let limits = method.bulkhead?;
        Some(self.method(method).limit.get_or_init(|| CallLimit::new(method, limits)))
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
        let endpoints = self.endpoints.as_deref()?;
        let health = self.method(method).health.get_or_init(MethodHealth::new);
        Some((endpoints, health))
    }

    fn method(&self, method: &Method) -> &MethodState {
        self.methods.get(method.path, MethodState::default)
    }
}

impl EndpointListener for Endpoints {
    fn joined(&self, index: usize, address: &Arc<str>) {
        self.join(index, address);
    }

    fn left(&self, index: usize) {
        self.leave(index);
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
