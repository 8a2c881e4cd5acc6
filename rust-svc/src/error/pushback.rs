//! The instruction of a server about retries.

use std::time::Duration;

/// The instruction of a server about retries: `grpc-retry-pushback-ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pushback {
    /// No instruction.
    #[default]
    None,
    /// Retry after exactly this time.
    After(Duration),
    /// Do not retry.
    Stop,
}

impl Pushback {
    /// Parses the values of the header: one number of milliseconds. Anything else forbids a retry.
    pub(crate) fn parse<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Self {
        let Some(value) = values.next() else { return Self::None };
        let millis = std::str::from_utf8(value).ok().and_then(|text| text.parse::<i32>().ok());
        match millis.and_then(|millis| u64::try_from(millis).ok()) {
            Some(millis) if values.next().is_none() => Self::After(Duration::from_millis(millis)),
            _ => Self::Stop,
        }
    }

    /// Returns the value of the header; `None` without an instruction.
    pub(crate) fn millis(self) -> Option<i32> {
        match self {
            Self::None => None,
            Self::After(wait) => Some(i32::try_from(wait.as_millis()).unwrap_or(i32::MAX)),
            Self::Stop => Some(-1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushback_is_one_number_of_milliseconds() {
        for (values, expected) in [
            (&[][..], Pushback::None),
            (&["0"], Pushback::After(Duration::ZERO)),
            (&["1000"], Pushback::After(Duration::from_secs(1))),
            (&["2147483647"], Pushback::After(Duration::from_millis(2_147_483_647))),
            (&["2147483648"], Pushback::Stop),
            (&["-1"], Pushback::Stop),
            (&["xxx"], Pushback::Stop),
            (&[""], Pushback::Stop),
            (&["1", "1"], Pushback::Stop),
        ] {
            assert_eq!(Pushback::parse(values.iter().map(|value| value.as_bytes())), expected, "{values:?}");
        }
    }
}
