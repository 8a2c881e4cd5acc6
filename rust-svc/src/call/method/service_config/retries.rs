//! The retry and hedging policies of a service config.

use std::time::Duration;

use super::{
    fields::{ObjectFields, invalid},
    invalid::Parsed,
    json::JsonNode,
    mode::Mode,
};
use crate::call::method::retry::{Hedge, Retry};

/// The limit of gRFC A6. A larger number counts as this one.
const MAX_ATTEMPTS: u32 = 5;

const RETRY_FIELDS: &[&str] =
    &["maxAttempts", "initialBackoff", "maxBackoff", "backoffMultiplier", "retryableStatusCodes"];
const HEDGE_FIELDS: &[&str] = &["maxAttempts", "hedgingDelay", "nonFatalStatusCodes"];

/// Parses `retryPolicy`.
pub(super) fn retry(node: &JsonNode, mode: Mode, warnings: &mut Vec<String>) -> Parsed<Retry> {
    let fields = ObjectFields::of(node, "retryPolicy")?;
    mode.check(&fields, RETRY_FIELDS, warnings)?;
    let codes = fields.codes("retryableStatusCodes")?;
    if codes.is_empty() && mode == Mode::Strict {
        let help = "list the codes to retry, such as UNAVAILABLE";
        return Err(invalid(fields.position_of("retryableStatusCodes"), "no `retryableStatusCodes`", help));
    }
    let max_attempts = if codes.is_empty() { 1 } else { attempts(&fields, mode)? };
    let mut retry = Retry::new(max_attempts).on(&codes);
    retry.initial_backoff = required(&fields, "initialBackoff", fields.duration("initialBackoff")?)?;
    retry.max_backoff = required(&fields, "maxBackoff", fields.duration("maxBackoff")?)?;
    retry.multiplier = multiplier(&fields)?;
    Ok(retry)
}

/// Parses `hedgingPolicy`.
pub(super) fn hedge(node: &JsonNode, mode: Mode, warnings: &mut Vec<String>) -> Parsed<Hedge> {
    let fields = ObjectFields::of(node, "hedgingPolicy")?;
    mode.check(&fields, HEDGE_FIELDS, warnings)?;
    let mut hedge = Hedge::new(attempts(&fields, mode)?).on(&fields.codes("nonFatalStatusCodes")?);
    // Unlike a backoff, a delay of zero is valid: all attempts are made at once.
    let is_zero = fields.text("hedgingDelay")?.is_some_and(|text| text == "0s");
    let delay = if is_zero { Some(Duration::ZERO) } else { fields.duration("hedgingDelay")? };
    hedge.delay = delay.unwrap_or_default();
    Ok(hedge)
}

/// Parses `maxAttempts`, which Google's files may omit.
fn attempts(fields: &ObjectFields<'_>, mode: Mode) -> Parsed<u32> {
    let attempts = match (fields.integer("maxAttempts")?, mode) {
        (None, Mode::Gapic) => MAX_ATTEMPTS,
        (attempts, _) => required(fields, "maxAttempts", attempts)?,
    };
    if attempts < 2 {
        let message = format!("invalid `maxAttempts: {attempts}`");
        return Err(invalid(fields.position_of("maxAttempts"), message, "use 2 to 5, including the first attempt"));
    }
    Ok(attempts.min(MAX_ATTEMPTS))
}

fn multiplier(fields: &ObjectFields<'_>) -> Parsed<f64> {
    let multiplier = required(fields, "backoffMultiplier", fields.number("backoffMultiplier")?)?;
    if multiplier <= 0.0 {
        let message = format!("invalid `backoffMultiplier: {multiplier}`");
        return Err(invalid(fields.position_of("backoffMultiplier"), message, "use a number above 0"));
    }
    Ok(multiplier)
}

fn required<T>(fields: &ObjectFields<'_>, name: &str, value: Option<T>) -> Parsed<T> {
    value.ok_or_else(|| invalid(fields.position, format!("no `{name}`"), "gRFC A6 requires it"))
}
