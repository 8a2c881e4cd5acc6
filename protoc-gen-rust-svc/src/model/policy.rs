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
    /// The retry policy.
    pub retry: Option<Retry>,
    /// The circuit breaker.
    pub breaker: Option<Breaker>,
    /// The request field with the idempotency key.
    pub idempotency_key: Option<String>,
    /// The position of the declaration.
    pub position: Position,
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
#[derive(Clone, Debug, PartialEq)]
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
    /// The calls on `Breaker::DEFAULT`, each with its argument.
    pub settings: Vec<(&'static str, u64)>,
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
        if let Some(millis) = self.timeout_ms {
            write!(f, ".timeout_ms({})", grouped(millis))?;
        }
        if let Some(retry) = &self.retry {
            write!(f, ".retry({retry})")?;
        }
        match &self.breaker {
            Some(breaker) if breaker.disabled => f.write_str(".no_breaker()"),
            Some(breaker) => write!(f, ".breaker({breaker})"),
            None => Ok(()),
        }
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
            let codes: Vec<_> = self.codes.iter().map(|code| format!("svc::Code::{code}")).collect();
            write!(f, ".on(&[{}])", codes.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("svc::Breaker::DEFAULT")?;
        self.settings.iter().try_for_each(|(name, number)| write!(f, ".{name}({})", grouped(number)))
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
