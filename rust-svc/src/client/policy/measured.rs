//! Policies by themselves, for benchmarks.

use std::{hint::black_box, sync::Arc};

use tokio::time::Instant;

use super::{
    breaker::{BreakerPermit, CircuitBreaker, Sample},
    outlier::{EndpointAttempt, Endpoints, MethodHealth, TriedEndpoints},
};
use crate::{Breaker, Error, Method};

const METHOD: Method = Method::unary("/measured.v1.Measured/Get").timeout_ms(1000);

/// A circuit breaker by itself.
#[derive(Debug)]
pub struct MeasuredBreaker {
    breaker: Arc<CircuitBreaker>,
    now: Instant,
}

/// The health of endpoints by itself.
pub struct MeasuredHealth {
    endpoints: Endpoints,
    method: MethodHealth,
    now: Instant,
}

impl MeasuredBreaker {
    /// Creates a closed breaker.
    pub fn closed() -> Self {
        let target = triomphe::Arc::new("measured".into());
        let breaker = Arc::new(CircuitBreaker::new(target, &METHOD, Breaker::DEFAULT, |_| ()));
        Self { breaker, now: Instant::now() }
    }

    /// Creates a breaker that is open for an hour.
    pub fn open() -> Self {
        let target = triomphe::Arc::new("measured".into());
        let policy = Breaker::DEFAULT.min_calls(1).open_ms(3_600_000);
        let breaker = Arc::new(CircuitBreaker::new(target, &METHOD, policy, |_| ()));
        let (measured, now) = (Self { breaker, now: Instant::now() }, Instant::now());
        if let Ok(permit) = measured.permit() {
            permit.record(Sample::Failure(crate::Code::Unavailable), now);
        }
        measured
    }

    /// Admits a call and counts its success, without reading the clock. Fails with the error of a rejected call.
    pub fn call(&self) -> Result<(), Error> {
        match self.permit() {
            Ok(permit) => permit.record(Sample::Success, self.now),
            Err(open) => return Err(open.until(None)),
        }
        Ok(())
    }

    fn permit(&self) -> Result<BreakerPermit<'_>, super::breaker::CircuitOpen> {
        BreakerPermit::acquire(&self.breaker, self.now, None)
    }
}

impl MeasuredHealth {
    /// Creates the health of a number of healthy endpoints.
    pub fn new(count: usize) -> Self {
        let endpoints = Endpoints::new(|_, _| ());
        (0..count).for_each(|index| endpoints.join(index, &format!("10.0.0.{index}:50051").into()));
        Self { endpoints, method: MethodHealth::new(), now: Instant::now() }
    }

    /// Ranks an endpoint for a call.
    pub fn rank(&self, endpoint: usize) {
        let tried = TriedEndpoints::default();
        let attempt = EndpointAttempt::new(&self.endpoints, &self.method, &tried, true, true, self.now);
        black_box(attempt.rank(endpoint));
    }
}

impl std::fmt::Debug for MeasuredHealth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MeasuredHealth").finish_non_exhaustive()
    }
}
