//! How a method is to be called: its own options over those of its service.

use crate::{
    diagnostics::Diagnostics,
    model::{self, Idempotency, Policy},
    read::{
        Position,
        descriptor::{Breaker, CallPolicy, MethodOptions, Retry},
    },
};

/// The number of the option `rust_svc.v1.method`.
pub(super) const METHOD: i32 = 50_701;

/// The numbers of the fields of `rust_svc.v1.CallPolicy`.
const DEADLINE: i32 = 1;
const RETRY: i32 = 2;
const BREAKER: i32 = 3;
const IDEMPOTENCY_KEY: i32 = 4;

/// The codes by their names in gRPC and in Rust.
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

/// The only code that is safe to try again whatever the method does (AIP-194).
const SAFE: &str = "Unavailable";

/// Merges the options of a method and its service.
pub(super) struct Merge<'a> {
    pub(super) defaults: Option<&'a CallPolicy>,
    pub(super) method: &'a MethodOptions,
    pub(super) position: &'a dyn Fn(i32) -> Position,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Merge<'_> {
    pub(super) fn policy(mut self) -> Policy {
        let own = self.method.policy.clone().unwrap_or_default();
        let defaults = self.defaults.cloned().unwrap_or_default();
        let idempotency_key = Some(own.idempotency_key.clone()).filter(|key| !key.is_empty());
        let idempotency = self.idempotency(idempotency_key.is_some());
        let deadline = if own.deadline.is_empty() { &defaults.deadline } else { &own.deadline };
        let retry = match (&own.retry, &defaults.retry) {
            (Some(retry), _) => Some(self.retry(retry, idempotency, true)),
            (None, Some(retry)) => Some(self.retry(retry, idempotency, false)),
            (None, None) => None,
        };
        let breaker = own.breaker.as_ref().or(defaults.breaker.as_ref()).map(|breaker| self.breaker(breaker));
        Policy {
            idempotency,
            timeout_ms: self.millis("deadline", deadline, DEADLINE),
            retry,
            breaker,
            idempotency_key,
            position: (self.position)(IDEMPOTENCY_KEY),
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

    fn retry(&mut self, retry: &Retry, idempotency: Idempotency, is_own: bool) -> model::Retry {
        if !(1..=5).contains(&retry.max_attempts) {
            let message = format!("max_attempts is {}", retry.max_attempts);
            self.error("E0402", RETRY, message, "write 2 to 5 (the first time included), or 1 for never again");
        }
        let mut codes: Vec<&'static str> = retry.codes.iter().filter_map(|code| self.code(code)).collect();
        if idempotency == Idempotency::Unknown {
            if let Some(unsafe_code) = codes.iter().find(|code| is_own && **code != SAFE) {
                let name = CODES.iter().find(|(_, rust)| rust == unsafe_code).map_or(*unsafe_code, |(name, _)| name);
                let message = format!("{name} is tried again, but the method may not be called twice");
                let help = "set idempotency_level or idempotency_key, or try only UNAVAILABLE again";
                self.error("E0402", RETRY, message, help);
            }
            codes.retain(|code| *code == SAFE);
        }
        if codes == [SAFE] {
            codes.clear();
        }
        model::Retry { max_attempts: retry.max_attempts, backoff: self.backoff(retry), codes }
    }

    fn code(&mut self, name: &str) -> Option<&'static str> {
        let code = CODES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, rust)| *rust);
        if code.is_none() {
            let help = "the codes are those of gRPC, such as UNAVAILABLE";
            self.error("E0402", RETRY, format!("{name:?} is no code"), help);
        }
        code
    }

    fn backoff(&mut self, retry: &Retry) -> Option<(u64, u64, f64)> {
        let initial = self.millis("initial_backoff", &retry.initial_backoff, RETRY);
        let max = self.millis("max_backoff", &retry.max_backoff, RETRY);
        let multiplier = Some(retry.multiplier).filter(|multiplier| *multiplier != 0.0);
        if multiplier.is_some_and(|multiplier| !(1.0..=100.0).contains(&multiplier)) {
            let message = format!("multiplier is {}", retry.multiplier);
            self.error("E0402", RETRY, message, "write a number from 1 to 100");
        }
        let said = initial.is_some() || max.is_some() || multiplier.is_some();
        let initial = initial.unwrap_or(100);
        said.then(|| (initial, max.unwrap_or(2_000).max(initial), multiplier.unwrap_or(1.6)))
    }

    fn breaker(&mut self, breaker: &Breaker) -> model::Breaker {
        if breaker.failure_percent > 100 {
            let message = format!("failure_percent is {}", breaker.failure_percent);
            self.error("E0404", BREAKER, message, "write 1 to 100");
        }
        let window = self.millis("window", &breaker.window, BREAKER);
        let open = self.millis("open", &breaker.open, BREAKER);
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

    /// A duration in milliseconds; `None` if nothing is said, or if it is wrong.
    fn millis(&mut self, name: &str, text: &str, number: i32) -> Option<u64> {
        if text.is_empty() {
            return None;
        }
        match parse_millis(text) {
            Some(0) => {
                self.error(
                    "E0401",
                    number,
                    format!("{name} is zero"),
                    "leave it out, or write how long, such as 250ms",
                );
                None
            }
            Some(millis) => Some(millis),
            None => {
                let message = format!("{name} is {text:?}, which is no duration");
                self.error("E0401", number, message, "write a number and a unit: 250ms, 1.5s, 2m or 1h");
                None
            }
        }
    }

    fn error(&mut self, code: &'static str, number: i32, message: String, help: &str) {
        self.diagnostics.error(code, &(self.position)(number), message).help(help);
    }
}

/// `250ms`, `1.5s`, `2m`, `1h` in milliseconds, up to a year; `None` for anything else.
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
    fn durations() {
        for (text, millis) in [("250ms", 250), ("1.5s", 1_500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)] {
            assert_eq!(parse_millis(text), Some(millis), "{text}");
        }
        for text in ["", "5", "ms", "-1s", "1e3s", "1 s", "1sec", "1.2.3s", "99999999999h", "infs", ".s"] {
            assert_eq!(parse_millis(text), None, "{text}");
        }
    }
}
