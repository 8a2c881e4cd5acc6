//! The printed lines, one for each figure.

use std::fmt;

/// One figure, of ours and of the peer.
pub(crate) struct Figure {
    /// The name, from the general to the specific: `generator/methods100/wall`.
    pub(crate) name: String,
    /// The unit of both values.
    pub(crate) unit: Unit,
    /// Our value.
    pub(crate) ours: f64,
    /// The peer's value; `None` if it is skipped.
    pub(crate) peer: Option<f64>,
    /// The goal.
    pub(crate) goal: Goal,
}

/// The length of a run, of which figures are the medians.
#[derive(Clone, Copy)]
pub(crate) struct RunLength {
    /// The number of turns of each peer. Many short ones are better than few long ones: a processor changes its pace.
    pub(crate) turns: usize,
    /// The duration of a turn, in milliseconds.
    pub(crate) millis: u64,
    /// The number of counted calls.
    pub(crate) calls: usize,
}

/// The unit of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Seconds,
    Bytes,
    /// Events per second.
    Rate,
    /// A number.
    Count,
}

/// The goal of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At most this multiple of the peer's value.
    Ratio(f64),
    /// At least this multiple of the peer's value.
    AtLeast(f64),
    /// At most this much more than the peer's value.
    More(f64),
    /// At most this value, independent of the peer.
    AtMost(f64),
    /// No goal.
    None,
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        self.peer.map(|peer| self.ours / peer)
    }

    /// Whether the goal is reached; `None` if there is none, or nothing to compare with.
    fn is_reached(&self) -> Option<bool> {
        match self.goal {
            Goal::Ratio(most) => self.ratio().map(|ratio| ratio <= most),
            Goal::AtLeast(least) => self.ratio().map(|ratio| ratio >= least),
            Goal::More(most) => self.peer.map(|peer| self.ours - peer <= most),
            Goal::AtMost(most) => Some(self.ours <= most),
            Goal::None => None,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let goal = match self.goal {
            Goal::Ratio(bound) | Goal::AtLeast(bound) => Some(format!("{bound:.2}")),
            Goal::More(most) => Some(format!("+{}", self.unit.text(most))),
            Goal::AtMost(most) => Some(self.unit.text(most)),
            Goal::None => None,
        };
        let verdict = match self.is_reached() {
            Some(true) => "ok",
            Some(false) => "short",
            None => "-",
        };
        let (ours, peer) = (self.unit.text(self.ours), or_none(self.peer.map(|peer| self.unit.text(peer))));
        let ratio = or_none(self.ratio().map(|ratio| format!("{ratio:.2}")));
        write!(f, "{} ours={ours} peer={peer} ratio={ratio} goal={} {verdict}", self.name, or_none(goal))
    }
}

impl Unit {
    fn text(self, value: f64) -> String {
        match self {
            Self::Seconds if value.abs() < 1e-6 => format!("{:.1}ns", value * 1e9),
            Self::Seconds if value.abs() < 1e-3 => format!("{:.2}us", value * 1e6),
            Self::Seconds if value.abs() < 1.0 => format!("{:.1}ms", value * 1e3),
            Self::Seconds => format!("{value:.2}s"),
            Self::Bytes if value.abs() < 1e6 => format!("{:.0}kB", value / 1e3),
            Self::Bytes => format!("{:.2}MB", value / 1e6),
            Self::Rate => format!("{value:.0}/s"),
            Self::Count => format!("{value:.1}"),
        }
    }
}

/// The median.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let (half, is_even) = (values.len() / 2, values.len() % 2 == 0);
    match values.get(half) {
        Some(middle) if is_even => (values[half - 1] + middle) / 2.0,
        Some(middle) => *middle,
        None => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ours: f64, peer: Option<f64>, goal: Goal) -> String {
        Figure { name: "a/b".to_owned(), unit: Unit::Seconds, ours, peer, goal }.to_string()
    }

    #[test]
    fn a_line_has_value_ratio_goal_and_verdict() {
        assert_eq!(line(0.05, Some(0.1), Goal::Ratio(1.0)), "a/b ours=50.0ms peer=100.0ms ratio=0.50 goal=1.00 ok");
        assert_eq!(line(3.0, Some(1.0), Goal::Ratio(2.0)), "a/b ours=3.00s peer=1.00s ratio=3.00 goal=2.00 short");
        assert_eq!(line(3.0, None, Goal::Ratio(2.0)), "a/b ours=3.00s peer=- ratio=- goal=2.00 -");
        assert_eq!(line(0.04, None, Goal::AtMost(0.05)), "a/b ours=40.0ms peer=- ratio=- goal=50.0ms ok");
        assert_eq!(
            line(0.04, Some(0.05), Goal::AtLeast(1.0)),
            "a/b ours=40.0ms peer=50.0ms ratio=0.80 goal=1.00 short"
        );
        assert_eq!(
            line(2.5e-6, Some(2e-6), Goal::More(1e-6)),
            "a/b ours=2.50us peer=2.00us ratio=1.25 goal=+1.00us ok"
        );
        assert_eq!(line(12.5e-9, None, Goal::AtMost(15e-9)), "a/b ours=12.5ns peer=- ratio=- goal=15.0ns ok");
        assert_eq!(line(0.04, Some(0.02), Goal::None), "a/b ours=40.0ms peer=20.0ms ratio=2.00 goal=- -");
    }

    #[test]
    fn the_median_is_the_middle_value() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }
}
