//! Call policies: idempotency, deadline, retries and circuit breaker.

use std::fmt;

use crate::diagnostics::Position;

/// The call policy of a method, which prints as calls on its constant.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The effect of a repeated call.
    pub idempotency: Idempotency,
    /// The deadline in milliseconds.
    pub timeout_ms: Option<u64>,
    /// The other timeouts and limits: calls on the constant, each with its argument.
    pub limits: Vec<(&'static str, u64)>,
    /// Whether calls wait for a server that cannot be reached.
    pub wait_for_ready: Option<bool>,
    /// The retry policy.
    pub retry: Option<Retry>,
    /// The hedging policy.
    pub hedge: Option<Hedge>,
    /// The circuit breaker.
    pub breaker: Option<Breaker>,
    /// The most calls in flight, and the most that wait.
    pub bulkhead: Option<(u32, u32)>,
    /// The retry budget that a service config set: the most tokens, and those that a success adds.
    pub throttling: Option<(f64, f64)>,
    /// The variants of `PolicyField` that a service config set.
    pub configured: Vec<&'static str>,
    /// The variants of `PolicyField` that come from the defaults of the service.
    pub inherited: Vec<&'static str>,
    /// The request field with the idempotency key.
    pub idempotency_key: Option<String>,
    /// The position of the declaration.
    pub position: Position,
}

/// A hedging policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Hedge {
    /// The maximum number of attempts, including the first one.
    pub max_attempts: u32,
    /// The time between attempts in milliseconds.
    pub delay_ms: u64,
    /// The codes that do not end the call, by their Rust names.
    pub codes: Vec<&'static str>,
}

/// The effect of a repeated call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as in idempotency_level")]
pub enum Idempotency {
    #[default]
    Unknown,
    Idempotent,
    NoSideEffects,
}

/// A retry policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retry {
    /// The maximum number of attempts, including the first one.
    pub max_attempts: u32,
    /// The initial and the maximum backoff in milliseconds, and the multiplier; `None` for the default.
    pub backoff: Option<(u64, u64, f64)>,
    /// The retryable codes by their Rust names; empty for the default.
    pub codes: Vec<&'static str>,
}

/// The settings of a circuit breaker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Breaker {
    /// The breaker never opens.
    pub disabled: bool,
    /// The calls on `Breaker::DEFAULT`, each with its arguments.
    pub settings: Vec<(&'static str, String)>,
}

/// Prints a decimal number. If it is long, its digits are in groups of three.
pub fn grouped(number: impl fmt::Display) -> String {
    let number = number.to_string();
    if let Some(magnitude) = number.strip_prefix('-') {
        return format!("-{}", grouped(magnitude));
    }
    let (mantissa, exponent) = number.split_at(number.find('e').unwrap_or(number.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_long = whole.len() > 5 || fraction.len() > 5;
    if !is_long || ![whole, fraction].into_iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return number;
    }
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{}{exponent}", joined(whole.as_bytes().rchunks(3).rev()), joined(fraction.as_bytes().chunks(3)))
}

fn joined<'a>(groups: impl Iterator<Item = &'a [u8]>) -> String {
    groups.map(String::from_utf8_lossy).collect::<Vec<_>>().join("_")
}

/// Prints calls on `Method::unary(..)` and the like.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.idempotency {
            Idempotency::Unknown => "",
            Idempotency::Idempotent => ".idempotent()",
            Idempotency::NoSideEffects => ".no_side_effects()",
        })?;
        if !self.inherited.is_empty() {
            f.write_str(".with_defaults(DEFAULTS)")?;
        }
        let own = self.calls().into_iter().filter(|(field, _)| !self.inherited.contains(field));
        own.into_iter().try_for_each(|(_, call)| f.write_str(&call))?;
        if let Some((max_tokens, token_ratio)) = self.throttling {
            write!(f, ".retry_throttling({max_tokens:?}, {token_ratio:?})")?;
        }
        match self.configured.as_slice() {
            [] => Ok(()),
            fields => write!(f, ".configured(&[{}])", list("svc::PolicyField", fields)),
        }
    }
}

impl Policy {
    /// The calls that set the policies, each with its variant of `PolicyField`.
    fn calls(&self) -> Vec<(&'static str, String)> {
        let timeout = self.timeout_ms.map(|millis| ("Timeout", format!(".timeout_ms({})", grouped(millis))));
        let limits =
            self.limits.iter().map(|(name, number)| (limit_field(name), format!(".{name}({})", grouped(number))));
        let wait = self.wait_for_ready.map(|waits| ("WaitForReady", format!(".wait_for_ready({waits})")));
        let retry = self.retry.as_ref().map(|retry| ("Repetition", format!(".retry({retry})")));
        let hedge = self.hedge.as_ref().map(|hedge| ("Repetition", format!(".hedge({hedge})")));
        let breaker = self.breaker.as_ref().map(|breaker| ("Breaker", breaker.call()));
        let bulkhead = self.bulkhead.map(|(max_in_flight, max_queued)| {
            let (in_flight, queued) = (grouped(max_in_flight), grouped(max_queued));
            ("Bulkhead", format!(".bulkhead(svc::Bulkhead::new({in_flight}).max_queued({queued}))"))
        });
        let others = [wait, retry, hedge, breaker, bulkhead];
        timeout.into_iter().chain(limits).chain(others.into_iter().flatten()).collect()
    }

    /// Returns a timeout or limit by the name of its call.
    pub fn limit(&self, name: &str) -> Option<u64> {
        self.limits.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
    }
}

/// The variant of `PolicyField` of a timeout or limit.
fn limit_field(call: &str) -> &'static str {
    match call {
        "default_timeout_ms" => "Timeout",
        "max_timeout_ms" => "MaxTimeout",
        "attempt_timeout_ms" => "AttemptTimeout",
        "open_timeout_ms" => "OpenTimeout",
        "idle_timeout_ms" => "IdleTimeout",
        "total_timeout_ms" => "TotalTimeout",
        "max_request_bytes" => "MaxRequestBytes",
        _ => "MaxResponseBytes",
    }
}

impl Breaker {
    fn call(&self) -> String {
        if self.disabled { ".no_breaker()".to_owned() } else { format!(".breaker({self})") }
    }
}

/// Prints the paths of constants.
fn list(parent: &str, names: &[&str]) -> String {
    names.iter().map(|name| format!("{parent}::{name}")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Hedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "svc::Hedge::new({})", self.max_attempts)?;
        if self.delay_ms > 0 {
            write!(f, ".delay_ms({})", grouped(self.delay_ms))?;
        }
        if !self.codes.is_empty() {
            write!(f, ".on(&[{}])", list("svc::Code", &self.codes))?;
        }
        Ok(())
    }
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "svc::Retry::new({})", self.max_attempts)?;
        if let Some((initial, max, multiplier)) = self.backoff {
            let (initial, max) = (grouped(initial), grouped(max));
            write!(f, ".backoff_ms({initial}, {max}, {multiplier:?})")?;
        }
        if !self.codes.is_empty() {
            write!(f, ".on(&[{}])", list("svc::Code", &self.codes))?;
        }
        Ok(())
    }
}

impl fmt::Display for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("svc::Breaker::DEFAULT")?;
        self.settings.iter().try_for_each(|(name, number)| write!(f, ".{name}({number})"))
    }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_numbers_are_grouped() {
        for (number, printed) in [
            ("12345", "12345"),
            ("1234567", "1_234_567"),
            ("3.141592653589793", "3.141_592_653_589_793"),
            ("16777216.0", "16_777_216.0"),
            ("3.4028235e38", "3.402_823_5e38"),
            ("0x00001b3", "0x00001b3"),
            ("1e-7", "1e-7"),
        ] {
            assert_eq!(grouped(number), printed);
        }
    }
}
