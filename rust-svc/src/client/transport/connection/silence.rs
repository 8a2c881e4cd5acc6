//! Pings a server that may have vanished.

use std::{future::pending, pin::pin, time::Duration};

use h2::{Ping, PingPong};
use tokio::time::{self, Instant, Interval, MissedTickBehavior};

use super::monitored_io::PeerActivity;

/// How long the server has to acknowledge a ping.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The interval of pings that any server allows, even if it never responds to a call (gRFC A8), with a margin.
const QUIET_INTERVAL: Duration = Duration::from_secs(310);

/// When a connection pings its server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PingPolicy {
    /// The interval of keepalive pings while calls are active.
    pub(crate) keep_alive: Option<Duration>,
    /// The shortest interval of pings that a silent server causes.
    pub(crate) suspicion_interval: Duration,
}

/// Pings the server in the keepalive interval while calls are active, and when a call ended while the server was silent.
/// Returns when it does not respond.
pub(super) async fn watch_silence(
    mut pings: PingPong,
    activity: &PeerActivity,
    policy: PingPolicy,
    is_used: impl Fn() -> bool,
) {
    let mut ticks = policy.keep_alive.map(ticks);
    let mut limit = SuspicionLimit { interval: policy.suspicion_interval, last: None };
    loop {
        let may_ping = tokio::select! {
            () = tick(&mut ticks) => is_used(),
            () = activity.suspected() => limit.admits(activity.responses(), Instant::now()),
        };
        if may_ping && !ping(&mut pings, activity).await {
            return;
        }
    }
}

fn ticks(interval: Duration) -> Interval {
    let mut ticks = time::interval_at(Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn tick(ticks: &mut Option<Interval>) {
    match ticks {
        Some(ticks) => _ = ticks.tick().await,
        None => pending().await,
    }
}

/// Limits pings of silent servers. A server that counts pings forgets them when it sends a response.
#[derive(Debug)]
struct SuspicionLimit {
    interval: Duration,
    /// The last ping, and the responses before it.
    last: Option<(Instant, usize)>,
}

impl SuspicionLimit {
    /// Returns whether the server may be pinged now, after this number of responses.
    fn admits(&mut self, responses: usize, now: Instant) -> bool {
        let interval =
            |before: usize| if responses > before { self.interval } else { self.interval.max(QUIET_INTERVAL) };
        let is_due = self.last.is_none_or(|(last, before)| now.saturating_duration_since(last) >= interval(before));
        if is_due {
            self.last = Some((now, responses));
        }
        is_due
    }
}

/// Returns whether the server acknowledges a ping, or keeps sending other data before the acknowledgement.
async fn ping(pings: &mut PingPong, activity: &PeerActivity) -> bool {
    let mut pong = pin!(pings.ping(Ping::opaque()));
    loop {
        let before = activity.reads();
        match time::timeout(TIMEOUT, pong.as_mut()).await {
            Ok(pong) => return pong.is_ok(),
            Err(_) if activity.reads() == before => return false,
            Err(_) => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_servers_are_pinged_seldom() {
        let (mut now, interval) = (Instant::now(), Duration::from_secs(10));
        let mut limit = SuspicionLimit { interval, last: None };
        assert!(limit.admits(0, now));
        now += interval;
        assert!(!limit.admits(0, now), "no response since the last ping");
        assert!(limit.admits(1, now));
        assert!(!limit.admits(2, now), "the interval has not passed");
        now += QUIET_INTERVAL;
        assert!(limit.admits(2, now));
        let mut limit = SuspicionLimit { interval: QUIET_INTERVAL * 2, last: Some((now, 0)) };
        assert!(!limit.admits(5, now + QUIET_INTERVAL), "the server asked for fewer pings");
    }
}
