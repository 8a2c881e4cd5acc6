//! Calls, serial or concurrent, and how long they took.

use std::time::{Duration, Instant};

use futures::future::try_join_all;

use super::stack::Caller;
use crate::error::Result;

/// How calls are made.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The duration, after a tenth of it that is not counted.
    pub duration: Duration,
    /// The number of concurrent calls of each client.
    pub concurrency: usize,
}

/// The durations of calls.
#[derive(Clone, Debug, Default)]
pub struct CallTimes {
    /// The duration of each call in nanoseconds, sorted.
    pub nanos: Vec<u64>,
    /// The duration of the whole load.
    pub whole: Duration,
}

impl CallTimes {
    /// The times of callers that ran at once, within `whole`.
    pub fn new(callers: Vec<Vec<u64>>, whole: Duration) -> Self {
        let mut nanos = callers.concat();
        nanos.sort_unstable();
        Self { nanos, whole }
    }

    /// Calls per second.
    pub fn rate(&self) -> f64 {
        self.nanos.len() as f64 / self.whole.as_secs_f64()
    }

    /// The latency at a percentile such as `0.99`, in seconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let index = ((self.nanos.len() as f64 * share) as usize).min(self.nanos.len().saturating_sub(1));
        self.nanos.get(index).map_or(f64::NAN, |nanos| *nanos as f64 / 1e9)
    }
}

/// Calls `Echo` by each of these clients.
pub async fn unary<C: Caller>(clients: Vec<C>, load: Load) -> Result<CallTimes> {
    for client in &clients {
        until(client.clone(), Instant::now() + load.duration / 10).await?;
    }
    let start = Instant::now();
    let callers = clients.iter().flat_map(|client| vec![client.clone(); load.concurrency]);
    let nanos = try_join_all(callers.map(|client| tokio::spawn(until(client, start + load.duration)))).await?;
    Ok(CallTimes::new(nanos.into_iter().collect::<Result<_>>()?, start.elapsed()))
}

async fn until<C: Caller>(mut client: C, end: Instant) -> Result<Vec<u64>> {
    repeat(async move || client.echo().await, end).await
}

/// Calls one after the other, until this time. Returns the nanoseconds of each call.
pub async fn repeat(mut call: impl AsyncFnMut() -> Result<()>, end: Instant) -> Result<Vec<u64>> {
    let mut nanos = Vec::with_capacity(1 << 16);
    let mut last = Instant::now();
    while last < end {
        call().await?;
        let now = Instant::now();
        nanos.push((now - last).as_nanos() as u64);
        last = now;
    }
    Ok(nanos)
}

/// Reads streams, and returns messages per second.
pub async fn streamed<C: Caller>(mut client: C, load: Load) -> Result<f64> {
    const MESSAGES: u32 = 10_000;
    client.repeat(MESSAGES).await?;
    let (start, mut messages) = (Instant::now(), 0);
    while start.elapsed() < load.duration {
        client.repeat(MESSAGES).await?;
        messages += MESSAGES;
    }
    Ok(f64::from(messages) / start.elapsed().as_secs_f64())
}
