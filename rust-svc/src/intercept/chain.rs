//! Chains of interceptors and observers.

use std::{fmt, sync::Arc};

use tokio::time::Instant;

#[cfg(feature = "client")]
use super::{BreakerStateChange, EndpointChange, Target, panic::catch_observer_panic};
use super::{
    HttpRoute, Interceptor, Observer, Side,
    call::{Links, ObservedCall, PendingCall},
};
#[cfg(any(feature = "adapter", feature = "gateway"))]
use crate::Code;
use crate::{Context, Method};

/// The interceptors and observers of servers and clients. It is cheap to clone.
#[derive(Clone, Default)]
pub struct Chain(Arc<Links>);

impl Chain {
    /// Creates an empty chain.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an interceptor. It runs after the others of its stage.
    pub fn intercept(mut self, interceptor: impl Interceptor) -> Self {
        let interceptors = &mut Arc::make_mut(&mut self.0).interceptors;
        interceptors.push(Arc::new(interceptor));
        interceptors.sort_by_key(|interceptor| interceptor.stage());
        self
    }

    /// Adds an observer. It is around those that were added before.
    pub fn observe(mut self, observer: impl Observer) -> Self {
        Arc::make_mut(&mut self.0).observers.push(Arc::new(observer));
        self
    }

    /// Adds the interceptors and observers of `other` after those of this chain.
    pub fn merge(mut self, other: Self) -> Self {
        let Links { interceptors, observers, .. } = Arc::unwrap_or_clone(other.0);
        let links = Arc::make_mut(&mut self.0);
        links.interceptors.extend(interceptors);
        links.interceptors.sort_by_key(|interceptor| interceptor.stage());
        links.observers.extend(observers);
        self
    }

    /// Sets the server that a client calls.
    #[cfg(feature = "client")]
    pub(crate) fn calling(mut self, target: triomphe::Arc<Target>) -> Self {
        Arc::make_mut(&mut self.0).target = Some(target);
        self
    }

    /// Opens a call that began at `start`. No interceptor has run yet.
    pub(crate) fn open(
        self,
        method: &Method,
        side: Side,
        route: Option<HttpRoute>,
        cx: Context,
        start: Instant,
    ) -> PendingCall {
        match self.is_empty() {
            true => PendingCall::unobserved(cx),
            false => PendingCall::observed(ObservedCall::new(self.0, method, side, route, cx, start)),
        }
    }

    /// Reports a received call that failed before an interceptor could run.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn refused(&self, method: &Method, route: Option<HttpRoute>, cx: Context, code: Code) {
        ObservedCall::new(self.0.clone(), method, Side::Server, route, cx, Instant::now()).refuse(code, 0);
    }

    /// Reports a received HTTP request that failed before an interceptor could run, with an HTTP status other than that of
    /// its code.
    #[cfg(feature = "gateway")]
    pub(crate) fn refused_with(&self, method: &Method, route: HttpRoute, cx: Context, code: Code, status: u16) {
        ObservedCall::new(self.0.clone(), method, Side::Server, Some(route), cx, Instant::now()).refuse(code, status);
    }

    /// Reports a new state of a circuit breaker.
    #[cfg(feature = "client")]
    pub(crate) fn breaker_state_changed(&self, change: &BreakerStateChange) {
        let observers = self.0.observers.iter();
        observers.for_each(|observer| {
            catch_observer_panic(change.method(), || observer.breaker_state_changed(change));
        });
    }

    /// Reports an event of an endpoint.
    #[cfg(feature = "client")]
    pub(crate) fn endpoint_changed(&self, change: &EndpointChange) {
        let observers = self.0.observers.iter();
        observers.for_each(|observer| {
            catch_observer_panic(change.endpoint(), || observer.endpoint_changed(change));
        });
    }

    /// Returns true if there are no interceptors and observers.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.interceptors.is_empty() && self.0.observers.is_empty()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Links { interceptors, observers, .. } = &*self.0;
        let stages: Vec<_> = interceptors.iter().map(|interceptor| interceptor.stage()).collect();
        f.debug_struct("Chain").field("interceptors", &stages).field("observers", &observers.len()).finish()
    }
}
