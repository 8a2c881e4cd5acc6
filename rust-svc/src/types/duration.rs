//! Signed durations.

use std::{fmt, str::FromStr, time::Duration};

use super::digits::{Fraction, parse_digits, parse_fraction};

/// The longest `google.protobuf.Duration`, in seconds: about 10,000 years.
const MAX_SECONDS: u64 = 315_576_000_000;
const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// A duration that may be negative: `google.protobuf.Duration`, at most about 10,000 years, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignedDuration {
    seconds: i64,
    nanos: i32,
}

impl SignedDuration {
    /// The empty duration.
    pub const ZERO: Self = Self { seconds: 0, nanos: 0 };

    /// Creates a duration from seconds and nanoseconds, which are less than a second and have the same sign. `None` if it is
    /// out of range.
    pub fn new(seconds: i64, nanos: i32) -> Option<Self> {
        let in_range = seconds.unsigned_abs() <= MAX_SECONDS && nanos.unsigned_abs() < NANOS_PER_SECOND;
        let one_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
        (in_range && one_sign).then_some(Self { seconds, nanos })
    }

    /// Returns whole seconds, rounded towards zero.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after the whole seconds, with the same sign.
    pub const fn nanos(self) -> i32 {
        self.nanos
    }

    /// Returns the duration without sign; `None` if it is negative.
    pub fn to_std(self) -> Option<Duration> {
        let seconds = u64::try_from(self.seconds).ok()?;
        let nanos = u32::try_from(self.nanos).ok()?;
        Some(Duration::new(seconds, nanos))
    }
}

impl TryFrom<Duration> for SignedDuration {
    type Error = OutOfRange;

    fn try_from(duration: Duration) -> Result<Self, OutOfRange> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| OutOfRange)?;
        Self::new(seconds, duration.subsec_nanos().cast_signed()).ok_or(OutOfRange)
    }
}

/// The error for a time outside the range of protobuf, or of the target type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of the range of protobuf")
    }
}

impl std::error::Error for OutOfRange {}

/// Displays as in protobuf's JSON: seconds with 0, 3, 6 or 9 digits after the point, such as `-1.500s`.
impl fmt::Display for SignedDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.seconds < 0 || self.nanos < 0 { "-" } else { "" };
        write!(f, "{sign}{}{}s", self.seconds.unsigned_abs(), Fraction(self.nanos.unsigned_abs()))
    }
}

impl FromStr for SignedDuration {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        let number = text.strip_suffix('s').ok_or(OutOfRange)?;
        let (negative, digits) = match number.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, number),
        };
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        let seconds = parse_digits(whole).ok_or(OutOfRange)?;
        let nanos = fraction.map_or(Some(0), parse_fraction).ok_or(OutOfRange)?.cast_signed();
        let sign = if negative { -1 } else { 1 };
        Self::new(sign * seconds, sign as i32 * nanos).ok_or(OutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::SignedDuration;

    #[test]
    fn durations_are_parsed_and_displayed() {
        for (seconds, nanos, text) in [
            (0, 0, "0s"),
            (1, 500_000_000, "1.500s"),
            (-1, -500_000_000, "-1.500s"),
            (0, -1, "-0.000000001s"),
            (3, 1_000, "3.000001s"),
        ] {
            let duration = SignedDuration::new(seconds, nanos).expect(text);
            assert_eq!(duration.to_string(), text);
            assert_eq!(text.parse(), Ok(duration));
        }
        assert_eq!("1.5s".parse(), Ok(SignedDuration::new(1, 500_000_000).expect("1.5s")));
    }

    #[test]
    fn malformed_texts_and_values_out_of_range_are_refused() {
        for text in ["", "s", "1", "1.s", "1.1234567890s", "+1s", "1e3s", "315576000001s", " 1s", "--1s"] {
            assert!(text.parse::<SignedDuration>().is_err(), "{text}");
        }
        for (seconds, nanos) in [(1, -1), (i64::MIN, 0), (i64::MAX, 0), (0, i32::MIN), (0, 1_000_000_000)] {
            assert_eq!(SignedDuration::new(seconds, nanos), None);
        }
    }
}
