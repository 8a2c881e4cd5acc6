//! Numbers of calls.

use std::{
    fmt,
    ops::{RangeFrom, RangeInclusive, RangeToInclusive},
};

/// The number of calls that a script responds to or a method receives: a number (`2`) or a range (`1..`, `1..=3`,
/// `..=3`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    least: usize,
    most: Option<usize>,
}

impl Times {
    pub(in crate::fake) const ANY: Self = Self { least: 0, most: None };
    pub(in crate::fake) const ONCE: Self = Self { least: 1, most: Some(1) };

    pub(in crate::fake) fn contains(self, count: usize) -> bool {
        !self.wants_more(count) && self.most.is_none_or(|most| count <= most)
    }

    pub(in crate::fake) fn is_unlimited(self) -> bool {
        self.most.is_none()
    }

    /// Returns whether `count` is not enough.
    pub(in crate::fake) fn wants_more(self, count: usize) -> bool {
        count < self.least
    }

    /// Returns whether one more than `count` is allowed.
    pub(in crate::fake) fn allows_more(self, count: usize) -> bool {
        self.most.is_none_or(|most| count < most)
    }
}

impl From<usize> for Times {
    fn from(count: usize) -> Self {
        Self { least: count, most: Some(count) }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(range: RangeFrom<usize>) -> Self {
        Self { least: range.start, most: None }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(range: RangeInclusive<usize>) -> Self {
        Self { least: *range.start(), most: Some(*range.end()) }
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(range: RangeToInclusive<usize>) -> Self {
        Self { least: 0, most: Some(range.end) }
    }
}

/// Displays as in "called exactly 2 times".
impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (0, Some(0)) => f.write_str("never"),
            (1, Some(1)) => f.write_str("exactly once"),
            (least, Some(most)) if least == most => write!(f, "exactly {least} times"),
            (0, None) => f.write_str("any number of times"),
            (1, None) => f.write_str("at least once"),
            (least, None) => write!(f, "at least {least} times"),
            (0, Some(most)) => write!(f, "at most {most} times"),
            (least, Some(most)) => write!(f, "{least} to {most} times"),
        }
    }
}
