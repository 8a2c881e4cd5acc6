//! Call policies: the options of a method over those of its service.

use crate::{
    diagnostics::{Diagnostics, Position},
    model::{self, Idempotency, Policy},
    read::descriptor::{BreakerOptions, CallPolicy, MethodOptions, RetryOptions},
};

/// The number of the option `rust_svc.v1.method`.
pub(super) const METHOD: i32 = 50_701;

/// The number of the option `rust_svc.v1.defaults`.
pub(super) const DEFAULTS: i32 = 50_702;

/// The field numbers of `rust_svc.v1.CallPolicy` and of its messages.
const DEADLINE: &[i32] = &[1];
const RETRY_MAX_ATTEMPTS: &[i32] = &[2, 1];
const RETRY_INITIAL_BACKOFF: &[i32] = &[2, 2];
const RETRY_MAX_BACKOFF: &[i32] = &[2, 3];
const RETRY_MULTIPLIER: &[i32] = &[2, 4];
const RETRY_CODES: &[i32] = &[2, 5];
const BREAKER_WINDOW: &[i32] = &[3, 1];
const BREAKER_FAILURE_PERCENT: &[i32] = &[3, 3];
const BREAKER_OPEN: &[i32] = &[3, 4];
const IDEMPOTENCY_KEY: &[i32] = &[4];

/// Status codes by their gRPC and Rust names.
const CODES: &[(&str, &str)] = &[
    ("CANCELLED", "Cancelled"),
    ("UNKNOWN", "Unknown"),
    ("INVALID_ARGUMENT", "InvalidArgument"),
    ("DEADLINE_EXCEEDED", "DeadlineExceeded"),
    ("NOT_FOUND", "NotFound"),
    ("ALREADY_EXISTS", "AlreadyExists"),
    ("PERMISSION_DENIED", "PermissionDenied"),
    ("RESOURCE_EXHAUSTED", "ResourceExhausted"),
    ("FAILED_PRECONDITION", "FailedPrecondition"),
    ("ABORTED", "Aborted"),
    ("OUT_OF_RANGE", "OutOfRange"),
    ("UNIMPLEMENTED", "Unimplemented"),
    ("INTERNAL", "Internal"),
    ("UNAVAILABLE", "Unavailable"),
    ("DATA_LOSS", "DataLoss"),
    ("UNAUTHENTICATED", "Unauthenticated"),
];

/// The only code that is safe to retry for any method (AIP-194).
const SAFE: &str = "Unavailable";

/// Merges the options of a method and its service.
pub(super) struct Merge<'a> {
    pub(super) defaults: Option<&'a CallPolicy>,
    pub(super) method: &'a MethodOptions,
    pub(super) position: &'a dyn Fn(Owner, &[i32]) -> Position,
    pub(super) diagnostics: &'a mut Diagnostics,
}

/// The element whose option applies.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Owner {
    Method,
    Service,
}

impl Merge<'_> {
    pub(super) fn policy(mut self) -> Policy {
        let own = self.method.policy.clone().unwrap_or_default();
        let defaults = self.defaults.cloned().unwrap_or_default();
        let idempotency_key = Some(own.idempotency_key.clone()).filter(|key| !key.is_empty());
        if !defaults.idempotency_key.is_empty() {
            let message = "`idempotency_key` in the defaults of a service".to_owned();
            self.error(
                "E0403",
                (Owner::Service, IDEMPOTENCY_KEY),
                message,
                "set it in `option (rust_svc.v1.method)` of each method",
            );
        }
        let idempotency = self.idempotency(idempotency_key.is_some());
        let (owner, deadline) = match own.deadline.as_str() {
            "" => (Owner::Service, &defaults.deadline),
            _ => (Owner::Method, &own.deadline),
        };
        let retry = pick(&own.retry, &defaults.retry).map(|(owner, retry)| self.retry(retry, idempotency, owner));
        let breaker = pick(&own.breaker, &defaults.breaker).map(|(owner, breaker)| self.breaker(breaker, owner));
        Policy {
            idempotency,
            timeout_ms: self.millis("deadline", deadline, owner, DEADLINE),
            retry,
            breaker,
            idempotency_key,
            position: (self.position)(Owner::Method, IDEMPOTENCY_KEY),
        }
    }

    fn idempotency(&self, has_key: bool) -> Idempotency {
        match self.method.idempotency_level {
            1 => Idempotency::NoSideEffects,
            2 => Idempotency::Idempotent,
            _ if has_key => Idempotency::Idempotent,
            _ => Idempotency::Unknown,
        }
    }

    fn retry(&mut self, retry: &RetryOptions, idempotency: Idempotency, owner: Owner) -> model::Retry {
        if !(1..=5).contains(&retry.max_attempts) {
            let message = format!("invalid `max_attempts: {}`", retry.max_attempts);
            let help = "use 2 to 5, including the first attempt, or 1 for no retries";
            self.error("E0402", (owner, RETRY_MAX_ATTEMPTS), message, help);
        }
        let mut codes = self.codes(retry, owner);
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

    /// The Rust names of the codes, each with its index.
    fn codes(&mut self, retry: &RetryOptions, owner: Owner) -> Vec<(i32, &'static str)> {
        let mut codes = Vec::new();
        for (index, name) in (0..).zip(&retry.codes) {
            match CODES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, code)) => codes.push((index, *code)),
                None => {
                    let help = "use a gRPC status code, such as UNAVAILABLE";
                    let field = [RETRY_CODES, &[index]].concat();
                    self.error("E0402", (owner, &field), format!("unknown status code `{name}`"), help);
                }
            }
        }
        codes
    }

    /// Reports codes after which the call may have been executed.
    fn check_safe(&mut self, codes: &[(i32, &'static str)]) {
        if let Some((index, code)) = codes.iter().find(|(_, code)| *code != SAFE) {
            let name = CODES.iter().find(|(_, rust)| rust == code).map_or(*code, |(name, _)| name);
            let message = format!("retry on {name} of a method that is not idempotent");
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

    fn breaker(&mut self, breaker: &BreakerOptions, owner: Owner) -> model::Breaker {
        if breaker.failure_percent > 100 {
            let message = format!("invalid `failure_percent: {}`", breaker.failure_percent);
            self.error("E0404", (owner, BREAKER_FAILURE_PERCENT), message, "use 1 to 100");
        }
        let window = self.millis("window", &breaker.window, owner, BREAKER_WINDOW);
        let open = self.millis("open", &breaker.open, owner, BREAKER_OPEN);
        let number = |number: u32| Some(u64::from(number)).filter(|number| *number != 0);
        let settings = [
            ("window_ms", window),
            ("min_calls", number(breaker.min_calls)),
            ("failure_percent", number(breaker.failure_percent)),
            ("open_ms", open),
            ("probes", number(breaker.probes)),
        ];
        let settings = settings.into_iter().filter_map(|(name, number)| Some((name, number?))).collect();
        model::Breaker { disabled: breaker.disabled, settings }
    }

    /// Parses a duration to milliseconds. Returns `None` if it is not set or invalid.
    fn millis(&mut self, name: &str, text: &str, owner: Owner, field: &[i32]) -> Option<u64> {
        if text.is_empty() {
            return None;
        }
        let millis = parse_millis(text);
        let (message, help) = match millis {
            Some(0) => {
                (format!("`{name}` is zero"), "omit it for no limit, or use a positive duration such as `250ms`")
            }
            Some(_) => return millis,
            None => (
                format!("invalid duration `{text}` for `{name}`"),
                "use a number and a unit: `250ms`, `1.5s`, `2m` or `1h`",
            ),
        };
        self.error("E0401", (owner, field), message, help);
        None
    }

    fn error(&mut self, code: &'static str, (owner, field): (Owner, &[i32]), message: String, help: &str) {
        self.diagnostics.error(code, &(self.position)(owner, field), message).help(help);
    }
}

/// Returns the option of the method, or else that of the service.
fn pick<'a, T>(own: &'a Option<T>, defaults: &'a Option<T>) -> Option<(Owner, &'a T)> {
    let own = own.as_ref().map(|own| (Owner::Method, own));
    own.or_else(|| Some((Owner::Service, defaults.as_ref()?)))
}

/// Parses `250ms`, `1.5s`, `2m` or `1h`, up to a year.
fn parse_millis(text: &str) -> Option<u64> {
    let unit_at = text.find(|character: char| character.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit {
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    let millis = (number * factor).round();
    (millis <= 366.0 * 24.0 * 3_600_000.0).then_some(millis as u64)
}

#[cfg(test)]
mod tests {
    use super::parse_millis;

    #[test]
    fn durations_are_parsed_to_milliseconds() {
        for (text, millis) in [("250ms", 250), ("1.5s", 1_500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)] {
            assert_eq!(parse_millis(text), Some(millis), "{text}");
        }
        for text in ["", "5", "ms", "-1s", "1e3s", "1 s", "1sec", "1.2.3s", "99999999999h", "infs", ".s"] {
            assert_eq!(parse_millis(text), None, "{text}");
        }
    }
}
