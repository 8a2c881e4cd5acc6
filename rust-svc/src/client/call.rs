//! A call through its policies.

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use bytes::Bytes;
use tokio::time::{self, Instant};
use tracing::Instrument;

use super::{
    attempt::{AttemptResponse, CallAttempt, MessageDecoder, RequestBody},
    policy::{
        AttemptFailure, BreakerPermit, CallDeadlines, Cause, EndpointAttempt, EndpointResult, Retries, RetryDecision,
        Sample, StreamSampler, TriedEndpoints, declared_deadline, timeout_error,
    },
    state::ClientState,
};
use crate::{
    Context, Error, Idempotency, Method, Result,
    call::run_until::run_until_cancelled,
    intercept::{ActiveCall, Attempt, AttemptGuard, Side},
};

/// The response of a successful call.
pub(super) enum CallResponse {
    /// The one message, and when its trailers arrived.
    One(Bytes, Instant),
    /// The stream of messages.
    Many(OpenedStream),
}

/// A stream of responses whose headers have arrived.
pub(super) struct OpenedStream {
    pub(super) messages: Box<MessageDecoder>,
    /// Counts failures among the messages.
    pub(super) sampler: Option<StreamSampler>,
    pub(super) deadline: Option<Instant>,
}

/// A call that its interceptors have passed.
pub(super) struct PolicyCall<'a> {
    pub(super) client: &'a ClientState,
    pub(super) method: &'a Method,
    pub(super) body: &'a RequestBody,
    pub(super) active: &'a ActiveCall,
    pub(super) deadlines: CallDeadlines,
    /// Set when the request of an attempt is on its way.
    pub(super) is_sent: &'a AtomicBool,
}

/// Begins a call: runs the interceptors, and returns the time when they had passed it. The call's timeout counts from
/// its beginning.
pub(super) async fn begin(
    client: &ClientState,
    method: &Method,
    cx: Context,
) -> Result<(ActiveCall, CallDeadlines, Instant)> {
    let began = Instant::now();
    let mut pending = client.chain.clone().open(method, Side::Client, None, cx, began);
    let cancellation = pending.cx().cancellation();
    let deadline = declared_deadline(method, client.timeout, began);
    let passed = run_until_cancelled(|| cancellation.or_at(deadline).cancelled(), pin!(pending.pass(began))).await;
    let Some(passed) = passed else {
        let is_late = deadline.is_some_and(|deadline| deadline <= Instant::now());
        let error = if is_late { timeout_error(method) } else { cancelled_error(method, pending.cx()) };
        pending.end(error.code());
        return Err(error);
    };
    let (start, active) = (passed?, pending.run());
    let deadlines = CallDeadlines::new(method, active.cx(), client.timeout, began, start);
    let deadlines = deadlines.inspect_err(|error| active.ended(Some(error.code()), start))?;
    Ok((active, deadlines, start))
}

/// Creates the error of a call that no caller waits for.
pub(super) fn cancelled_error(method: &Method, cx: &Context) -> Error {
    if cx.remaining().is_some_and(|remaining| remaining.is_zero()) {
        return timeout_error(method);
    }
    Error::cancelled(format!("the caller of {} went away", method.full_name()))
}

impl PolicyCall<'_> {
    /// Makes attempts, the first of which starts now, until one succeeds or the policies stop.
    pub(super) async fn run(&self, start: Instant) -> Result<CallResponse> {
        let cx = self.active.cx();
        // An attempt that ends at the deadline of the context is recorded before the call ends with it.
        let response = run_until_cancelled(|| cx.cancelled(), pin!(self.attempts(start))).await;
        response.unwrap_or_else(|| Err(cancelled_error(self.method, cx)))
    }

    async fn attempts(&self, mut start: Instant) -> Result<CallResponse> {
        let mut retries = Retries::new(self.method, self.body.is_keyed(), &self.client.budget);
        let mut last: Option<AttemptFailure> = None;
        let mut tried = TriedEndpoints::default();
        loop {
            let permit = match self.admit() {
                Ok(permit) => permit,
                // The server's own error explains more than the open breaker.
                Err(open) => return Err(last.map_or(open, |failure| self.fail(failure))),
            };
            let mut guard = AttemptGuard::begin(self.active, retries.previous(), start);
            let endpoint = self.endpoint(tried, start);
            self.is_sent.store(false, Relaxed);
            let response = {
                let attempt = pin!(self.attempt(guard.attempt(), endpoint.as_ref()).run());
                let is_sent = || self.is_sent.load(Relaxed);
                self.deadlines.run(self.method, start, is_sent, pin!(attempt.instrument(guard.attempt().span()))).await
            };
            let end = Instant::now();
            guard.ended(response.as_ref().err().map(|failure| failure.error.code()), end);
            let had_full_timeout = self.deadlines.had_full_timeout(start);
            endpoint.as_ref().and_then(EndpointAttempt::picked).inspect(|&picked| tried.add(picked));
            let result = endpoint_result(response.as_ref().err(), had_full_timeout);
            let is_outlier = endpoint.is_some_and(|endpoint| endpoint.finish(result, end));
            let failure = match response {
                Ok(response) => return Ok(self.succeed(permit, response, end)),
                Err(failure) => self.body.reclaim(failure),
            };
            let decision = self.decide(&mut retries, &failure);
            // A failure of one endpoint says nothing about a method that others serve.
            let sample = if is_outlier { Sample::Neutral } else { sample(decision, &failure, had_full_timeout) };
            record(permit, sample, end);
            let (RetryDecision::Retry(wait) | RetryDecision::Resend(wait)) = decision else {
                return Err(self.fail(failure));
            };
            tracing::debug!(method = self.method.full_name(), error = %failure.error, ?wait, "retrying");
            last = Some(failure);
            time::sleep(wait).await;
            start = Instant::now();
        }
    }

    /// Asks the circuit breaker, if there is one.
    fn admit(&self) -> Result<Option<BreakerPermit<'_>>> {
        Ok(self.client.breaker(self.method).map(BreakerPermit::acquire).transpose()?)
    }

    /// Prepares the choice of an endpoint, if there are several.
    fn endpoint(&self, tried: TriedEndpoints, start: Instant) -> Option<EndpointAttempt<'_>> {
        let (endpoints, health) = self.client.health(self.method)?;
        let is_repeatable = self.body.is_keyed() || self.method.idempotency != Idempotency::Unknown;
        let is_unary = self.method.kind.takes_one() && self.method.kind.returns_one();
        Some(EndpointAttempt::new(endpoints, health, tried, is_repeatable, is_unary, start))
    }

    fn attempt<'a>(&'a self, attempt: &'a Attempt, endpoint: Option<&'a EndpointAttempt<'a>>) -> CallAttempt<'a> {
        let Self { client, method, body, active, deadlines, is_sent } = *self;
        CallAttempt {
            transport: &client.transport,
            defaults: &client.defaults,
            path: client.path(method),
            max_response_bytes: client.max_response_bytes,
            method,
            cx: active.cx(),
            body,
            deadline: deadlines.call,
            attempt,
            endpoint,
            is_sent,
        }
    }

    /// Decides what follows a failure. If no time is left for another attempt, the caller gets the last real error.
    fn decide(&self, retries: &mut Retries<'_>, failure: &AttemptFailure) -> RetryDecision {
        match retries.after(failure, self.body.is_whole()) {
            RetryDecision::Retry(wait) | RetryDecision::Resend(wait) if !self.deadlines.leaves_time_after(wait) => {
                RetryDecision::Stop
            }
            decision => decision,
        }
    }

    fn succeed(&self, permit: Option<BreakerPermit<'_>>, response: AttemptResponse, end: Instant) -> CallResponse {
        self.client.budget.refill();
        let cx = self.active.cx();
        match response {
            AttemptResponse::One { headers, message, trailers } => {
                record(permit, Sample::Success, end);
                cx.receive_headers(headers);
                cx.receive_trailers(trailers);
                CallResponse::One(message, end)
            }
            AttemptResponse::Many { headers, messages } => {
                let sampler = permit.as_ref().map(BreakerPermit::sampler);
                record(permit, Sample::Success, end);
                cx.receive_headers(headers);
                CallResponse::Many(OpenedStream { messages, sampler, deadline: self.deadlines.call })
            }
        }
    }

    fn fail(&self, failure: AttemptFailure) -> Error {
        if let Some(headers) = failure.headers {
            self.active.cx().receive_headers(headers);
        }
        self.active.cx().receive_trailers(failure.error.metadata().clone());
        failure.error
    }
}

/// Returns the sample for the circuit breaker. A transparent retry says nothing about the server yet.
fn sample(decision: RetryDecision, failure: &AttemptFailure, had_full_timeout: bool) -> Sample {
    match decision {
        RetryDecision::Resend(_) => Sample::Neutral,
        RetryDecision::Retry(_) | RetryDecision::Stop => Sample::of(failure, had_full_timeout),
    }
}

/// Returns the result of an attempt for its endpoint, or `None` if the request did not reach it.
fn endpoint_result(failure: Option<&AttemptFailure>, had_full_timeout: bool) -> Option<EndpointResult> {
    let Some(failure) = failure else { return Some(EndpointResult::Success) };
    match (failure.cause, Sample::of(failure, had_full_timeout)) {
        (Cause::NeverSent | Cause::ConnectTimeout | Cause::Refused | Cause::Local, _) => None,
        (_, Sample::Success) => Some(EndpointResult::Success),
        (_, Sample::Failure(_)) => Some(EndpointResult::Failure),
        (_, Sample::Neutral) => Some(EndpointResult::Unanswered),
    }
}

fn record(permit: Option<BreakerPermit<'_>>, sample: Sample, end: Instant) {
    if let Some(permit) = permit {
        permit.record(sample, end);
    }
}
