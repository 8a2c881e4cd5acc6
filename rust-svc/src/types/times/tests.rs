use super::{ForeignDuration, ForeignTimestamp, OutOfRange, SignedDuration, Timestamp};

/// The first time of protobuf, times before and after 1970, and the last that every crate has.
const TIMES: [(i64, u32); 6] = [
    (-62_135_596_800, 0),
    (-1, 500_000_000),
    (0, 0),
    (0, 1),
    (1_767_225_599, 999_999_999),
    (253_402_207_200, 999_999_999),
];
const SPANS: [(i64, i32); 6] =
    [(-315_576_000_000, -999_999_999), (-1, -500_000_000), (0, -1), (0, 0), (1, 1), (315_576_000_000, 999_999_999)];

#[track_caller]
fn check<T, S>()
where
    T: ForeignTimestamp + TryInto<Timestamp, Error = OutOfRange>,
    S: ForeignDuration + TryInto<SignedDuration, Error = OutOfRange>,
{
    for (seconds, nanos) in TIMES {
        let time = Timestamp::new(seconds, nanos).expect("in range");
        let other = T::try_from(time).ok().expect("in range");
        assert_eq!(other.try_into(), Ok(time));
    }
    for (seconds, nanos) in SPANS {
        let span = SignedDuration::new(seconds, nanos).expect("in range");
        let other = S::from(span);
        assert_eq!((other.parts(), other.try_into()), ((seconds, nanos), Ok(span)));
    }
}

#[test]
#[cfg(feature = "jiff")]
fn times_of_jiff_survive_conversion() {
    check::<jiff::Timestamp, jiff::SignedDuration>();
    let last = Timestamp::new(253_402_300_799, 0).expect("in range");
    assert_eq!(jiff::Timestamp::try_from(last), Err(OutOfRange));
    assert_eq!(Timestamp::try_from(jiff::Timestamp::MIN), Err(OutOfRange));
    assert_eq!(SignedDuration::try_from(jiff::SignedDuration::MAX), Err(OutOfRange));
}

#[test]
#[cfg(feature = "chrono")]
fn times_of_chrono_survive_conversion() {
    use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

    check::<DateTime<Utc>, TimeDelta>();
    let leap = NaiveDate::from_ymd_opt(2016, 12, 31).and_then(|day| day.and_hms_milli_opt(23, 59, 59, 1_500));
    let next = Timestamp::new(1_483_228_800, 500_000_000).expect("in range");
    assert_eq!(Timestamp::try_from(leap.expect("a leap second").and_utc()), Ok(next));
    assert_eq!(Timestamp::try_from(DateTime::<Utc>::MAX_UTC), Err(OutOfRange));
    assert_eq!(SignedDuration::try_from(TimeDelta::MIN), Err(OutOfRange));
}

#[test]
#[cfg(feature = "time")]
fn times_of_time_survive_conversion() {
    use time::{Duration, OffsetDateTime, UtcOffset};

    check::<OffsetDateTime, Duration>();
    let offset = UtcOffset::from_hms(2, 0, 0).expect("an offset");
    let there = OffsetDateTime::UNIX_EPOCH.to_offset(offset);
    assert_eq!(Timestamp::try_from(there), Ok(Timestamp::default()));
    let before = OffsetDateTime::UNIX_EPOCH - Duration::days(366 * 1970);
    assert_eq!(Timestamp::try_from(before), Err(OutOfRange));
    assert_eq!(SignedDuration::try_from(Duration::MIN), Err(OutOfRange));
}
