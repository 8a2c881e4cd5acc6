//! Timestamps in microseconds since 1970, for databases.

use rust_svc::Timestamp;

const PER_SECOND: i64 = 1_000_000;

/// Returns the current time.
pub fn now() -> i64 {
    to_micros(Timestamp::now())
}

/// Returns the microseconds of a timestamp, truncated.
pub fn to_micros(time: Timestamp) -> i64 {
    time.seconds() * PER_SECOND + i64::from(time.nanos() / 1_000)
}

/// Returns the timestamp of these microseconds; `None` before the year 1 or after the year 9999.
pub fn from_micros(micros: i64) -> Option<Timestamp> {
    let nanos = u32::try_from(micros.rem_euclid(PER_SECOND)).ok()? * 1_000;
    Timestamp::new(micros.div_euclid(PER_SECOND), nanos)
}

#[cfg(test)]
mod tests {
    use rust_svc::Timestamp;

    use super::{from_micros, to_micros};

    #[test]
    fn times_round_trip() {
        for (seconds, nanos) in [(0, 0), (-1, 999_999_000), (-62_135_596_800, 0), (253_402_300_799, 1_000)] {
            let time = Timestamp::new(seconds, nanos).expect("in range");
            assert_eq!(from_micros(to_micros(time)), Some(time));
        }
        assert_eq!(from_micros(i64::MAX), None);
    }
}
