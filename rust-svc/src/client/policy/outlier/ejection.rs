//! The ejection of one endpoint.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::policy::backoff::jitter;

/// The first ejection time. Each further one is longer by as much, up to the maximum.
const BASE_EJECTION: Duration = Duration::from_secs(5);
const MAX: Duration = Duration::from_secs(300);

/// An endpoint that worked this long after an ejection starts again with the first ejection time.
const FORGET_AFTER: Duration = Duration::from_secs(60);

/// The ejection state of an endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Ejection {
    /// Calls go to the endpoint.
    #[default]
    Never,
    /// No calls go to the endpoint before `until`; probes do afterwards.
    Ejected { until: Instant, times: u32, probe: Option<Instant> },
    /// A probe succeeded at `at`, and calls go to the endpoint again.
    Returned { at: Instant, times: u32 },
}

/// Whether an endpoint accepts calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Any calls.
    All,
    /// One probe.
    Probe,
    /// No calls.
    None,
}

impl Ejection {
    pub(super) fn is_ejected(self) -> bool {
        matches!(self, Self::Ejected { .. })
    }

    /// Ejects the endpoint, for longer than the last time.
    pub(super) fn eject(&mut self, now: Instant) {
        let times = match *self {
            Self::Never => 0,
            Self::Ejected { times, .. } => times,
            Self::Returned { at, times } if now.saturating_duration_since(at) < FORGET_AFTER => times,
            Self::Returned { .. } => 0,
        };
        let times = times.saturating_add(1);
        let until = now + jitter((BASE_EJECTION * times).min(MAX), &mut fastrand::Rng::new());
        *self = Self::Ejected { until, times, probe: None };
    }

    /// Returns whether a probe is in progress. Results without one are of calls from before the ejection.
    pub(super) fn has_probe(self) -> bool {
        matches!(self, Self::Ejected { probe: Some(_), .. })
    }

    /// Returns the endpoint to service.
    pub(super) fn restore(&mut self, now: Instant) {
        if let Self::Ejected { times, .. } = *self {
            *self = Self::Returned { at: now, times };
        }
    }

    /// Returns which calls the endpoint accepts. A call that must not be repeated is a probe only after twice the time.
    pub(super) fn admission(self, now: Instant, is_repeatable: bool) -> Admission {
        let Self::Ejected { until, times, probe } = self else { return Admission::All };
        let extra = if is_repeatable { Duration::ZERO } else { (BASE_EJECTION * times).min(MAX) };
        let is_probing = probe.is_some_and(|began| now.saturating_duration_since(began) < BASE_EJECTION);
        if now >= until + extra && !is_probing { Admission::Probe } else { Admission::None }
    }

    /// Marks the beginning of a probe. A lost one is given up after a while.
    pub(super) fn begin_probe(&mut self, now: Instant) {
        if let Self::Ejected { probe, .. } = self {
            *probe = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remaining(ejection: Ejection, now: Instant) -> Duration {
        let Ejection::Ejected { until, .. } = ejection else { panic!("ejected") };
        until - now
    }

    #[test]
    fn ejections_grow_and_are_forgotten() {
        let (mut ejection, mut now) = (Ejection::default(), Instant::now());
        for seconds in [5.0, 10.0, 15.0] {
            ejection.eject(now);
            let share = remaining(ejection, now).as_secs_f64() / seconds;
            assert!((0.79..1.21).contains(&share), "{share} of {seconds}");
        }
        ejection.restore(now);
        now += FORGET_AFTER;
        ejection.eject(now);
        assert!(remaining(ejection, now) <= Duration::from_secs(6));
    }

    #[test]
    fn an_ejected_endpoint_gets_one_probe_at_a_time() {
        let (mut ejection, mut now) = (Ejection::default(), Instant::now());
        assert_eq!(ejection.admission(now, false), Admission::All);
        ejection.eject(now);
        assert_eq!(ejection.admission(now, true), Admission::None);
        now += Duration::from_secs(7);
        assert_eq!(ejection.admission(now, false), Admission::None, "a write probes later");
        assert_eq!(ejection.admission(now, true), Admission::Probe);
        ejection.begin_probe(now);
        assert_eq!(ejection.admission(now, true), Admission::None);
        now += Duration::from_secs(5);
        assert_eq!(ejection.admission(now, false), Admission::Probe, "the lost probe is given up");
        ejection.restore(now);
        assert_eq!(ejection.admission(now, false), Admission::All);
    }
}
