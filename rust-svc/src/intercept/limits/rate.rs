//! Limits of the call rate of each caller.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    Context, Error, Result, async_trait,
    intercept::{Call, Interceptor, Stage},
};

/// The number of new callers after which idle callers are evicted.
const EVICT_AFTER: usize = 1024;

/// Limits the rate of calls of each caller, and refuses others with `RESOURCE_EXHAUSTED` and a `google.rpc.RetryInfo`.
///
/// Callers are distinguished by IP address, unless [`by`](Self::by) sets another key. Calls without a key share one limit.
/// It is the generic cell rate algorithm (ITU-T I.371), which stores one time for each caller and needs no timer.
pub struct RateLimit {
    interval: Duration,
    tolerance: Duration,
    key: Box<CallerKey>,
    callers: Mutex<Callers>,
}

/// Returns the key of a caller.
type CallerKey = dyn Fn(&Context) -> Option<String> + Send + Sync;

/// The theoretical arrival time of each caller's next call.
#[derive(Default)]
struct Callers {
    arrivals: HashMap<Option<String>, Instant>,
    after_eviction: usize,
}

impl RateLimit {
    /// Limits each caller to `calls` a second, and as many at once. At least one.
    pub fn per_second(calls: u32) -> Self {
        let calls = calls.max(1);
        let interval = Duration::from_secs(1) / calls;
        Self { interval, tolerance: interval * (calls - 1), key: Box::new(address), callers: Mutex::default() }
    }

    /// Sets the number of calls that an idle caller may make at once. At least one.
    pub fn burst(mut self, calls: u32) -> Self {
        self.tolerance = self.interval * (calls.max(1) - 1);
        self
    }

    /// Sets the key of callers, such as their identity from an interceptor for authentication.
    pub fn by(mut self, key: impl Fn(&Context) -> Option<String> + Send + Sync + 'static) -> Self {
        self.key = Box::new(key);
        self
    }

    fn take(&self, caller: Option<String>, now: Instant) -> Result<(), Duration> {
        let mut callers = self.callers();
        callers.evict(now);
        let arrival = callers.arrivals.entry(caller).or_insert(now);
        let ahead = arrival.saturating_duration_since(now);
        if ahead > self.tolerance {
            return Err(ahead - self.tolerance);
        }
        *arrival = (*arrival).max(now) + self.interval;
        Ok(())
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Callers {
    fn evict(&mut self, now: Instant) {
        if self.arrivals.len() >= self.after_eviction + EVICT_AFTER {
            self.arrivals.retain(|_, arrival| *arrival > now);
            self.after_eviction = self.arrivals.len();
        }
    }
}

#[async_trait]
impl Interceptor for RateLimit {
    fn stage(&self) -> Stage {
        Stage::Limits
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let taken = self.take((self.key)(call.cx()), Instant::now());
        taken.map_err(|wait| Error::resource_exhausted("too many calls; slow down").with_retry_delay(wait))
    }
}

/// Returns the address of the caller without its port, which differs between connections.
fn address(cx: &Context) -> Option<String> {
    let peer = cx.peer()?.address();
    Some(peer.parse::<std::net::SocketAddr>().map_or_else(|_| peer.to_owned(), |address| address.ip().to_string()))
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").field("interval", &self.interval).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{EVICT_AFTER, RateLimit};

    fn caller(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn each_caller_has_a_burst_and_then_a_rate() {
        let (limit, start) = (RateLimit::per_second(10).burst(3), Instant::now());
        let takes = |name, millis| limit.take(caller(name), start + Duration::from_millis(millis));
        assert_eq!([takes("a", 0), takes("a", 0), takes("a", 0)], [Ok(()); 3]);
        assert_eq!(takes("a", 40), Err(Duration::from_millis(60)));
        assert_eq!(takes("b", 40), Ok(()));
        assert_eq!(takes("a", 100), Ok(()));
        assert_eq!(takes("a", 199), Err(Duration::from_millis(1)));
        assert_eq!([takes("a", 5000), takes("a", 5000), takes("a", 5000)], [Ok(()); 3]);
        assert!(takes("a", 5000).is_err());
    }

    #[test]
    fn refused_calls_do_not_count() {
        let (limit, start) = (RateLimit::per_second(1), Instant::now());
        assert!(limit.take(None, start).is_ok());
        for _ in 0..1000 {
            assert_eq!(limit.take(None, start), Err(Duration::from_secs(1)));
        }
        assert!(limit.take(None, start + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn idle_callers_are_evicted() {
        let (limit, start) = (RateLimit::per_second(1000), Instant::now());
        for number in 0..100_000 {
            let now = start + Duration::from_millis(number);
            assert!(limit.take(caller(&number.to_string()), now).is_ok());
        }
        assert!(limit.callers().arrivals.len() <= EVICT_AFTER + 1);
    }
}
