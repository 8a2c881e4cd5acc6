//! The command `load`: reads through the gateway as fast as it answers, and shows rates and percentiles each second.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::interval};

use super::{
    live::{LiveDemo, Pace},
    services::order,
};
use crate::{access::Role, node::BoxError};

/// One order for so many readings of the stock.
const READINGS: usize = 9;

/// Arguments of `load`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct LoadCommand {
    /// The number of callers, each with one call at a time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=500))]
    callers: u16,
    /// How long
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// The durations of calls, and the number of those that failed.
#[derive(Debug, Default)]
struct Measured {
    durations: Vec<Duration>,
    failures: usize,
}

impl LoadCommand {
    pub(super) async fn run(self) -> Result<(), BoxError> {
        let live = LiveDemo::start(Pace::HURRIED.without_customers(), 0).await?;
        let (now, mut all) = (Arc::new(Mutex::new(Measured::default())), Measured::default());
        let mut callers = JoinSet::new();
        for number in 0..self.callers {
            let name = format!("caller-{number}");
            let http = live.services.lock().await.http("gateway", Role::Customer, &name);
            callers.spawn(call(http, name, now.clone()));
        }
        let mut seconds = interval(Duration::from_secs(1));
        seconds.tick().await;
        for second in 1..=self.seconds {
            seconds.tick().await;
            let measured = std::mem::take(&mut *now.lock().unwrap_or_else(PoisonError::into_inner));
            println!("{second:4} s  {}", measured.line(1));
            all.durations.extend(measured.durations);
            all.failures += measured.failures;
        }
        callers.shutdown().await;
        println!("   all  {}", all.line(self.seconds.max(1)));
        live.stop().await;
        if all.durations.is_empty() { Err("no call was answered".into()) } else { Ok(()) }
    }
}

async fn call(http: super::http::Http, name: String, now: Arc<Mutex<Measured>>) {
    for number in 0_usize.. {
        let begun = Instant::now();
        let replied = if number % (READINGS + 1) == READINGS {
            let mut body = order(&format!("{name}-{number}"), "tea", 1);
            body["customerId"] = name.as_str().into();
            http.post("/v1/orders", &body).await
        } else {
            http.get("/v1/inventory/tea/stock").await
        };
        let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
        match replied {
            Ok(reply) if reply.status == 200 => now.durations.push(begun.elapsed()),
            _ => now.failures += 1,
        }
    }
}

impl Measured {
    fn line(&self, seconds: u64) -> String {
        let mut sorted = self.durations.clone();
        sorted.sort_unstable();
        let [median, slow, slowest] = [0.5, 0.95, 0.99].map(|share| percentile(&sorted, share).as_secs_f64() * 1_000.0);
        let rate = sorted.len() as u64 / seconds;
        format!(
            "{rate:6} calls/s  p50 {median:6.1} ms  p95 {slow:6.1} ms  p99 {slowest:6.1} ms  {} failed",
            self.failures
        )
    }
}

/// Returns a percentile of sorted durations; zero if there are none.
fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::percentile;

    #[test]
    fn a_percentile_is_one_of_the_durations() {
        let sorted: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        for (share, expected) in [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)] {
            assert_eq!(percentile(&sorted, share), Duration::from_millis(expected));
        }
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
    }
}
