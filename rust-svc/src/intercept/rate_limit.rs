//! How often one caller may call.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Call, Interceptor, Stage};
use crate::{Context, Error, Result, async_trait};

/// Callers whose calls are long past are forgotten whenever there are this many more than were left the last time.
const MORE: usize = 1024;

/// Lets each caller call so often in a second, and refuses what is beyond that with `RESOURCE_EXHAUSTED` and the wait of
/// `google.rpc.RetryInfo`.
///
/// A caller is known by its IP address unless [`by`](Self::by) says otherwise. Calls without a caller are those of one
/// caller. The scheme is the generic cell rate algorithm (ITU-T I.371): it needs one time a caller, and wakes nobody.
pub struct RateLimit {
    interval: Duration,
    tolerance: Duration,
    caller: Box<Caller>,
    callers: Mutex<Callers>,
}

/// Who calls.
type Caller = dyn Fn(&Context) -> Option<String> + Send + Sync;

/// When each caller would have used up what it may, at its rate.
#[derive(Default)]
struct Callers {
    used_up: HashMap<Option<String>, Instant>,
    swept: usize,
}

impl RateLimit {
    /// So many calls a second, and as many at once. At least one.
    pub fn per_second(calls: u32) -> Self {
        let calls = calls.max(1);
        let interval = Duration::from_secs(1) / calls;
        Self { interval, tolerance: interval * (calls - 1), caller: Box::new(address), callers: Mutex::default() }
    }

    /// So many calls at once, after a while without any. At least one.
    pub fn burst(mut self, calls: u32) -> Self {
        self.tolerance = self.interval * (calls.max(1) - 1);
        self
    }

    /// Knows a caller by what the function makes of the context, such as the identity that an authentication put there.
    pub fn by(mut self, caller: impl Fn(&Context) -> Option<String> + Send + Sync + 'static) -> Self {
        self.caller = Box::new(caller);
        self
    }

    fn take(&self, caller: Option<String>, now: Instant) -> Result<(), Duration> {
        let mut callers = self.callers();
        callers.sweep(now);
        let used_up = callers.used_up.entry(caller).or_insert(now);
        let ahead = used_up.saturating_duration_since(now);
        if ahead > self.tolerance {
            return Err(ahead - self.tolerance);
        }
        *used_up = (*used_up).max(now) + self.interval;
        Ok(())
    }

    fn callers(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Callers {
    fn sweep(&mut self, now: Instant) {
        if self.used_up.len() >= self.swept + MORE {
            self.used_up.retain(|_, used_up| *used_up > now);
            self.swept = self.used_up.len();
        }
    }
}

#[async_trait]
impl Interceptor for RateLimit {
    fn stage(&self) -> Stage {
        Stage::Limits
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let taken = self.take((self.caller)(call.cx()), Instant::now());
        taken.map_err(|wait| Error::resource_exhausted("too many calls; slow down").with_retry_delay(wait))
    }
}

/// The address of the caller without its port, which is another one for each connection.
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

    use super::{MORE, RateLimit};

    fn caller(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    #[test]
    fn a_burst_then_the_rate_and_each_caller_by_itself() {
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
    fn a_refused_call_does_not_count() {
        let (limit, start) = (RateLimit::per_second(1), Instant::now());
        assert!(limit.take(None, start).is_ok());
        for _ in 0..1000 {
            assert_eq!(limit.take(None, start), Err(Duration::from_secs(1)));
        }
        assert!(limit.take(None, start + Duration::from_secs(1)).is_ok());
    }

    #[test]
    fn callers_are_forgotten() {
        let (limit, start) = (RateLimit::per_second(1000), Instant::now());
        for number in 0..100_000 {
            let now = start + Duration::from_millis(number);
            assert!(limit.take(caller(&number.to_string()), now).is_ok());
        }
        assert!(limit.callers().used_up.len() <= MORE + 1);
    }
}
