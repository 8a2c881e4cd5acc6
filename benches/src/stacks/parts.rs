//! Parts of this project's client by themselves.

use std::{
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use rust_svc::client::{LoadBalancing, MeasuredBreaker, MeasuredChoice, MeasuredHealth};

/// The calls between two reads of the clock.
const BATCH: u32 = 1000;

/// The endpoints among which one is chosen.
const ENDPOINTS: usize = 100;

/// A part of a client.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ClientPart {
    /// A call through a closed circuit breaker, without the clock.
    ClosedBreaker,
    /// The rejection of a call by an open circuit breaker, with its error.
    OpenBreaker,
    /// The choice among a hundred endpoints in turn, and the look at the health of the chosen one.
    RoundRobin,
    /// The choice of the endpoint with fewer calls in progress, among a hundred.
    LeastRequest,
}

impl ClientPart {
    /// Returns the mean time of a call in each of these threads, in seconds.
    pub(super) fn mean(self, threads: usize, duration: Duration) -> f64 {
        match self {
            Self::ClosedBreaker => of_breaker(&MeasuredBreaker::closed(), threads, duration),
            Self::OpenBreaker => of_breaker(&MeasuredBreaker::open(), threads, duration),
            Self::RoundRobin => of_choice(&LoadBalancing::RoundRobin, threads, duration),
            Self::LeastRequest => of_choice(&LoadBalancing::LeastRequest, threads, duration),
        }
    }
}

fn of_breaker(breaker: &MeasuredBreaker, threads: usize, duration: Duration) -> f64 {
    in_threads(threads, duration, || drop(black_box(breaker.call())))
}

fn of_choice(policy: &LoadBalancing, threads: usize, duration: Duration) -> f64 {
    let (choice, health) = (MeasuredChoice::new(policy, ENDPOINTS), MeasuredHealth::new(ENDPOINTS));
    in_threads(threads, duration, || health.rank(black_box(choice.choose())))
}

/// Returns the mean time of the processors for a call. Threads beyond their number take turns.
fn in_threads(threads: usize, duration: Duration, call: impl Fn() + Sync) -> f64 {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    let calls: u64 = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| calls_in(duration, &call))).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
    });
    start.elapsed().as_secs_f64() * threads.min(processors) as f64 / calls.max(1) as f64
}

fn calls_in(duration: Duration, call: impl Fn()) -> u64 {
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < duration {
        (0..BATCH).for_each(|_| call());
        calls += u64::from(BATCH);
    }
    calls
}
