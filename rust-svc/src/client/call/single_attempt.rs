//! One attempt of a call, counted by the circuit breaker and the endpoint.

use std::{pin::pin, sync::atomic::Ordering::Relaxed};

use tokio::time::Instant;
use tracing::Instrument;

use super::policy_call::PolicyCall;
use crate::{
    client::{
        attempt::{AttemptResponse, CallAttempt},
        policy::{
            AttemptFailure, BreakerPermit, Cause, EndpointAttempt, EndpointResult, Sample, TriedEndpoints,
            is_repeatable,
        },
    },
    intercept::{Attempt, AttemptGuard},
};

/// An attempt that has ended.
pub(super) struct FinishedAttempt<'a> {
    pub(super) response: Result<AttemptResponse, AttemptFailure>,
    pub(super) permit: Option<BreakerPermit<'a>>,
    pub(super) start: Instant,
    pub(super) end: Instant,
    /// Whether it failed at one endpoint while others serve the method.
    pub(super) is_outlier: bool,
    /// Whether it had enough time for a response, so that its expiry says something about the server.
    pub(super) had_enough_time: bool,
}

impl PolicyCall<'_> {
    /// Makes an attempt that starts now, after `previous` others.
    pub(super) async fn attempt_once<'a>(
        &'a self,
        previous: u32,
        tried: &TriedEndpoints,
        start: Instant,
        mut permit: Option<BreakerPermit<'a>>,
    ) -> FinishedAttempt<'a> {
        let mut guard = AttemptGuard::begin(self.active, previous, start);
        let endpoint = self.endpoint(tried, start);
        let response = self.respond(guard.attempt(), endpoint.as_ref(), &mut permit).await;
        let end = Instant::now();
        guard.ended(response.as_ref().err().map(|failure| failure.error.code()), end);
        let had_enough_time = self.had_enough_time(start, end);
        let result = endpoint_result(response.as_ref().err(), had_enough_time);
        let is_outlier = endpoint.is_some_and(|endpoint| endpoint.finish(result, end));
        FinishedAttempt { response, permit, start, end, is_outlier, had_enough_time }
    }

    /// Sends the request, and waits for the response up to the deadlines.
    async fn respond(
        &self,
        attempt: &Attempt,
        endpoint: Option<&EndpointAttempt<'_>>,
        permit: &mut Option<BreakerPermit<'_>>,
    ) -> Result<AttemptResponse, AttemptFailure> {
        let Self { method, deadlines, progress, .. } = self;
        let is_probe = permit.as_ref().is_some_and(BreakerPermit::is_probe);
        progress.is_sent.store(false, Relaxed);
        progress.is_probe.store(is_probe, Relaxed);
        let start = attempt.started();
        let mut sending = pin!(self.request(attempt, endpoint).run().instrument(attempt.span()));
        let response = deadlines.run(method, (start, is_probe), || progress.is_sent(), sending.as_mut()).await;
        if let Some(response) = response {
            return response;
        }
        if let Some(permit) = permit.as_mut().filter(|_| progress.is_sent() && deadlines.allows_quiet()) {
            permit.record_quiet(Instant::now());
        }
        deadlines.run_quiet(method, start, || progress.is_sent(), sending).await
    }

    /// Returns whether an attempt had its full timeout, or several times what calls take of late.
    fn had_enough_time(&self, start: Instant, end: Instant) -> bool {
        let elapsed = end.saturating_duration_since(start);
        let is_long = || self.client.latency(self.method).is_some_and(|latency| latency.is_exceeded_by(elapsed));
        self.deadlines.had_full_timeout(start) || is_long()
    }

    /// Prepares the choice of an endpoint, if there are several.
    fn endpoint<'a>(&'a self, tried: &'a TriedEndpoints, start: Instant) -> Option<EndpointAttempt<'a>> {
        let (endpoints, health) = self.client.health(self.method)?;
        let is_repeatable = is_repeatable(self.method, self.body.is_keyed());
        let is_unary = self.method.kind.takes_one() && self.method.kind.returns_one();
        Some(EndpointAttempt::new(endpoints, health, tried, is_repeatable, is_unary, start))
    }

    fn request<'a>(&'a self, attempt: &'a Attempt, endpoint: Option<&'a EndpointAttempt<'a>>) -> CallAttempt<'a> {
        let Self { client, method, body, active, deadlines, progress } = *self;
        let limit = method.max_response_bytes.and_then(|limit| usize::try_from(limit).ok());
        CallAttempt {
            transport: &client.transport,
            defaults: &client.defaults,
            path: client.path(method),
            max_response_bytes: limit.unwrap_or(client.max_response_bytes),
            method,
            cx: active.cx(),
            body,
            deadline: deadlines.of_server(attempt.started()),
            attempt,
            endpoint,
            is_sent: &progress.is_sent,
        }
    }
}

/// Returns the result of an attempt for its endpoint, or `None` if the request did not reach it.
fn endpoint_result(failure: Option<&AttemptFailure>, had_enough_time: bool) -> Option<EndpointResult> {
    let Some(failure) = failure else { return Some(EndpointResult::Success) };
    match (failure.cause, Sample::of(failure, had_enough_time)) {
        (Cause::NeverSent | Cause::ConnectTimeout | Cause::Refused | Cause::Local, _) => None,
        (_, Sample::Success | Sample::Slow) => Some(EndpointResult::Success),
        (_, Sample::Failure(_)) => Some(EndpointResult::Failure),
        (_, Sample::Neutral) => Some(EndpointResult::Unanswered),
    }
}
