//! Retries and hedges.

use super::{
    codes::{CODES, SAFE, grpc_name},
    merge::{Merge, Owner},
};
use crate::{
    diagnostics::suggest,
    model::{self, Idempotency},
    read::call_policy::{HedgeOptions, RetryOptions},
};

/// The field numbers of `rust_svc.v1.CallPolicy` and of its messages.
const RETRY_MAX_ATTEMPTS: &[i32] = &[2, 1];
const RETRY_INITIAL_BACKOFF: &[i32] = &[2, 2];
const RETRY_MAX_BACKOFF: &[i32] = &[2, 3];
const RETRY_MULTIPLIER: &[i32] = &[2, 4];
const RETRY_CODES: &[i32] = &[2, 5];
const HEDGE: &[i32] = &[10];
const HEDGE_MAX_ATTEMPTS: &[i32] = &[10, 1];
const HEDGE_DELAY: &[i32] = &[10, 2];
const HEDGE_CODES: &[i32] = &[10, 3];

impl Merge<'_> {
    /// Returns the retry policy and the hedging policy, which exclude each other: those of the method, or else those of the
    /// service.
    pub(super) fn repetition(&mut self, idempotency: Idempotency) -> (Option<model::Retry>, Option<model::Hedge>) {
        let has_any = |retry: &Option<RetryOptions>, hedge: &Option<HedgeOptions>| retry.is_some() || hedge.is_some();
        let picked = self
            .pick(|policy| has_any(&policy.retry, &policy.hedge).then(|| (policy.retry.clone(), policy.hedge.clone())));
        let Some((owner, (retry, hedge))) = picked else { return (None, None) };
        if retry.is_some() && hedge.is_some() {
            let help = "keep one of them: hedged attempts are retries that do not wait for a failure";
            self.error("E0406", (owner, HEDGE), "`hedge` and `retry` exclude each other".to_owned(), help);
        }
        let retry = retry.map(|retry| self.retry(&retry, idempotency, owner));
        (retry, hedge.and_then(|hedge| self.hedge(&hedge, idempotency, owner)))
    }

    /// Returns the hedging policy. The defaults of a service apply only to methods that may be hedged.
    fn hedge(&mut self, hedge: &HedgeOptions, idempotency: Idempotency, owner: Owner) -> Option<model::Hedge> {
        if !(2..=5).contains(&hedge.max_attempts) {
            let message = format!("invalid `max_attempts: {}`", hedge.max_attempts);
            self.error("E0406", (owner, HEDGE_MAX_ATTEMPTS), message, "use 2 to 5, including the first attempt");
        }
        let codes = self.codes(&hedge.codes, HEDGE_CODES, owner).into_iter().map(|(_, code)| code).collect();
        let delay_ms = self.millis("delay", &hedge.delay, owner, HEDGE_DELAY).unwrap_or_default();
        let is_unary = !self.method.client_streaming && !self.method.server_streaming;
        let (message, help) = match idempotency {
            _ if !is_unary => ("`hedge` of a method that streams", "use `retry`"),
            Idempotency::Unknown => {
                ("`hedge` of a method that is not idempotent", "set `idempotency_level` or `idempotency_key`")
            }
            _ => return Some(model::Hedge { max_attempts: hedge.max_attempts, delay_ms, codes }),
        };
        if owner == Owner::Method {
            self.error("E0406", (owner, HEDGE), message.to_owned(), help);
        }
        None
    }

    fn retry(&mut self, retry: &RetryOptions, idempotency: Idempotency, owner: Owner) -> model::Retry {
        if !(1..=5).contains(&retry.max_attempts) {
            let message = format!("invalid `max_attempts: {}`", retry.max_attempts);
            let help = "use 2 to 5, including the first attempt, or 1 for no retries";
            self.error("E0402", (owner, RETRY_MAX_ATTEMPTS), message, help);
        }
        let mut codes = self.codes(&retry.codes, RETRY_CODES, owner);
        if idempotency == Idempotency::Unknown {
            if owner == Owner::Method {
                self.check_safe(&codes);
            }
            codes.retain(|(_, code)| *code == SAFE);
        }
        let codes: Vec<_> = codes.into_iter().map(|(_, code)| code).collect();
        let codes = if codes == [SAFE] { Vec::new() } else { codes };
        model::Retry { max_attempts: retry.max_attempts, backoff: self.backoff(retry, owner), codes }
    }

    /// Returns the Rust names of the codes, each with its index.
    fn codes(&mut self, names: &[String], field: &[i32], owner: Owner) -> Vec<(i32, &'static str)> {
        let mut codes = Vec::new();
        for (index, name) in (0..).zip(names) {
            match CODES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, code)) => codes.push((index, *code)),
                None => {
                    let known: Vec<_> = CODES.iter().map(|(known, _)| *known).collect();
                    let help = suggest::help(name, &known, "the status codes are");
                    let place = [field, &[index]].concat();
                    self.error("E0402", (owner, &place), format!("unknown status code `{name}`"), &help);
                }
            }
        }
        codes
    }

    /// Reports codes after which the call may have been executed.
    fn check_safe(&mut self, codes: &[(i32, &'static str)]) {
        if let Some((index, code)) = codes.iter().find(|(_, code)| *code != SAFE) {
            let message = format!("retry on {} of a method that is not idempotent", grpc_name(code));
            let help = "set `idempotency_level` or `idempotency_key`, or retry only on UNAVAILABLE";
            self.error("E0402", (Owner::Method, &[RETRY_CODES, &[*index]].concat()), message, help);
        }
    }

    fn backoff(&mut self, retry: &RetryOptions, owner: Owner) -> Option<(u64, u64, f64)> {
        let initial = self.millis("initial_backoff", &retry.initial_backoff, owner, RETRY_INITIAL_BACKOFF);
        let max = self.millis("max_backoff", &retry.max_backoff, owner, RETRY_MAX_BACKOFF);
        let multiplier = Some(retry.multiplier).filter(|multiplier| *multiplier != 0.0);
        if multiplier.is_some_and(|multiplier| !(1.0..=100.0).contains(&multiplier)) {
            let message = format!("invalid `multiplier: {}`", retry.multiplier);
            self.error("E0402", (owner, RETRY_MULTIPLIER), message, "use 1 to 100");
        }
        if initial.zip(max).is_some_and(|(initial, max)| max < initial) {
            self.report_max_backoff(retry, owner);
        }
        let said = initial.is_some() || max.is_some() || multiplier.is_some();
        let initial = initial.unwrap_or(max.map_or(100, |max| max.min(100)));
        said.then(|| (initial, max.unwrap_or(2_000).max(initial), multiplier.unwrap_or(1.6)))
    }

    /// Reports a `max_backoff` below `initial_backoff`.
    fn report_max_backoff(&mut self, retry: &RetryOptions, owner: Owner) {
        let (initial, max) = (&retry.initial_backoff, &retry.max_backoff);
        let message = format!("`max_backoff` `{max}` is less than `initial_backoff` `{initial}`");
        self.error("E0402", (owner, RETRY_MAX_BACKOFF), message, "increase `max_backoff`");
    }
}
