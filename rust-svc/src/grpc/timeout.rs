//! The value of `grpc-timeout`: at most eight digits and a unit.

use std::time::Duration;

use http::HeaderValue;

const MAX_DIGITS: usize = 8;
const MAX_VALUE: u32 = 99_999_999;

/// The units with their lengths, from the finest to the coarsest.
const UNITS: [(u8, Duration); 6] = [
    (b'n', Duration::from_nanos(1)),
    (b'u', Duration::from_micros(1)),
    (b'm', Duration::from_millis(1)),
    (b'S', Duration::from_secs(1)),
    (b'M', Duration::from_secs(60)),
    (b'H', Duration::from_secs(3600)),
];

/// Parses a timeout such as `100m`: one to eight digits and a unit. Returns `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (unit, digits) = text.as_bytes().split_last()?;
    let (_, unit) = UNITS.iter().find(|(name, _)| name == unit)?;
    let plain = (1..=MAX_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let value = || digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    plain.then(|| *unit * value())
}

/// Formats a timeout in the finest unit that needs at most eight digits. It is rounded up, so that the server does not give
/// up before the caller. Every call has one, so it does not use `format!`.
pub(crate) fn format(timeout: Duration) -> Option<HeaderValue> {
    let fitting = UNITS.iter().find(|(_, unit)| timeout <= *unit * MAX_VALUE);
    let (name, unit) = *fitting.unwrap_or(&UNITS[5]);
    let (mut text, mut start) = ([name; MAX_DIGITS + 1], MAX_DIGITS);
    let mut value = units_rounded_up(timeout, unit).min(u64::from(MAX_VALUE)) as u32;
    while value > 0 || start == MAX_DIGITS {
        start -= 1;
        text[start] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    HeaderValue::from_bytes(&text[start..]).ok()
}

/// Returns the length of a timeout in a unit. The nanoseconds of one that is measured in parts of a second fit in 64 bits.
fn units_rounded_up(timeout: Duration, unit: Duration) -> u64 {
    match unit.as_secs() {
        0 => (timeout.as_nanos() as u64).div_ceil(u64::from(unit.subsec_nanos())),
        seconds => timeout.as_secs().saturating_add(u64::from(timeout.subsec_nanos() > 0)).div_ceil(seconds),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{format, parse};

    #[test]
    fn timeouts_are_parsed() {
        for (text, nanos) in [
            ("0n", 0),
            ("1n", 1),
            ("7u", 7_000),
            ("100m", 100_000_000),
            ("00000005S", 5_000_000_000),
            ("2M", 120_000_000_000),
            ("1H", 3_600_000_000_000),
            ("99999999H", 99_999_999 * 3_600_000_000_000),
        ] {
            assert_eq!(parse(text).map(|timeout| timeout.as_nanos()), Some(nanos), "{text}");
        }
    }

    #[test]
    fn malformed_timeouts_are_refused() {
        for text in
            ["", "m", "1", "abc", "-1S", "+1S", "1s", "1h", " 1S", "1 S", "1S ", "100000000n", "1.5S", "1é", "١S"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn timeouts_are_rounded_up() {
        for (timeout, text) in [
            (Duration::ZERO, "0n"),
            (Duration::from_nanos(99_999_999), "99999999n"),
            (Duration::from_nanos(100_000_001), "100001u"),
            (Duration::from_secs(1), "1000000u"),
            (Duration::from_secs(100), "100000m"),
            (Duration::from_nanos(99_999_999_000_001), "100000S"),
            (Duration::from_secs(100_000_000), "1666667M"),
            (Duration::MAX, "99999999H"),
        ] {
            assert_eq!(format(timeout).expect("a value"), text);
            assert!(parse(text).is_some_and(|read| read >= timeout || timeout == Duration::MAX));
        }
    }
}
