//! Decimal digits in texts of times and durations.

use std::fmt;

/// Displays nanoseconds as a decimal fraction of a second with 0, 3, 6 or 9 digits.
pub(super) struct Fraction(pub(super) u32);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            nanos if nanos.is_multiple_of(1_000_000) => write!(f, ".{:03}", nanos / 1_000_000),
            nanos if nanos.is_multiple_of(1_000) => write!(f, ".{:06}", nanos / 1_000),
            nanos => write!(f, ".{nanos:09}"),
        }
    }
}

/// Parses up to nine digits after the point as nanoseconds.
pub(super) fn parse_fraction(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let nanos = u32::try_from(parse_digits(digits)?).ok()?;
    Some(nanos * 10u32.pow(9 - digits.len() as u32))
}

/// Parses decimal digits and nothing else.
pub(super) fn parse_digits(digits: &str) -> Option<i64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
