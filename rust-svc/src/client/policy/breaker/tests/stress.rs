//! The atomics of a circuit breaker under threads. `tests/resilience` has all interleavings of a few threads.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use tokio::time::Instant;

use super::{
    super::{BreakerTransition, CircuitBreaker, Sample},
    transitions::{FAILURE, GET, POLICY, admit, breaker, record},
};
use crate::{Breaker, intercept::BreakerState};

const THREADS: u64 = 8;
const CALLS: u64 = 4000;

/// The observations of all threads.
#[derive(Default)]
struct Seen {
    /// The probes in flight by epoch, now and at most.
    probes: Mutex<HashMap<u64, (u32, u32)>>,
    transitions: Mutex<Vec<(BreakerState, BreakerState)>>,
}

impl Seen {
    fn probe(&self, epoch: u64, begins: bool) {
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, most) = probes.entry(epoch).or_default();
        *now = if begins { *now + 1 } else { *now - 1 };
        *most = (*most).max(*now);
    }

    fn report(&self, transition: &BreakerTransition) {
        self.transitions.lock().unwrap_or_else(PoisonError::into_inner).push((transition.from, transition.to));
    }
}

fn call(breaker: &Arc<CircuitBreaker>, seen: &Seen, random: &mut fastrand::Rng) {
    let Ok(permit) = admit(breaker) else { return };
    let (is_probe, epoch) = (permit.is_probe(), permit.epoch());
    // The count ends before the permit does, so that it never exceeds the probes in flight.
    if is_probe {
        seen.probe(epoch, true);
    }
    if random.u8(..) < 20 {
        thread::yield_now();
    }
    if is_probe {
        seen.probe(epoch, false);
    }
    match random.u8(..100) {
        0..40 => permit.record(Sample::Success, Instant::now()),
        40..95 => permit.record(FAILURE, Instant::now()),
        _ => drop(permit),
    }
}

#[test]
fn threads_see_one_order_of_states_and_few_probes() {
    let seen = Arc::new(Seen::default());
    let listener = seen.clone();
    let target = triomphe::Arc::new("test".into());
    let policy = POLICY.open_ms(0).min_calls(20);
    let breaker = Arc::new(CircuitBreaker::new(target, &GET, policy, move |it| listener.report(it)));
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (breaker, seen) = (&breaker, &seen);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                (0..CALLS).for_each(|_| call(breaker, seen, &mut random));
            });
        }
    });
    let transitions = seen.transitions.lock().expect("no panic");
    assert!(transitions.len() > 10, "the breaker opens and closes: {transitions:?}");
    let is_chain = transitions.windows(2).all(|pair| pair[0].1 == pair[1].0);
    assert!(is_chain && transitions[0].0 == BreakerState::Closed, "{transitions:?}");
    assert_eq!(transitions.last().map(|last| last.1), Some(breaker.state()));
    let most = seen.probes.lock().expect("no panic").values().map(|(_, most)| *most).max();
    assert!(most.is_some_and(|most| most <= 3), "{most:?} probes at once");
}

#[test]
fn no_result_of_a_closed_breaker_is_lost() {
    let breaker = breaker(Breaker::DEFAULT.window_ms(600_000).min_calls(u32::MAX));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                (0..CALLS).for_each(|it| record(&breaker, if it % 4 == 0 { FAILURE } else { Sample::Success }, 1))
            });
        }
    });
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.calls, snapshot.failures), (THREADS * CALLS, THREADS * CALLS / 4));
}
