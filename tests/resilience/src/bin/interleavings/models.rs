//! The properties that hold in every interleaving.

use std::{sync::Arc, time::Duration};

use loom::{sync::Mutex, thread};
use tokio::time::Instant;

use crate::{
    Breaker, BreakerState, Code, Method,
    client::policy::{
        breaker::{BreakerPermit, BreakerTransition, CircuitBreaker, Sample},
        window::{SlidingWindow, WindowTotals},
    },
};

/// The models by name.
pub(crate) const ALL: [(&str, fn()); 7] = [
    ("concurrent failures open the breaker once", failures_open_once),
    ("a reset admits calls again, whatever runs beside it", a_reset_admits_calls),
    ("a half-open breaker admits one probe", one_probe),
    ("a probe that is given up returns its place", a_probe_is_given_up),
    ("transitions are reported in order", transitions_are_in_order),
    ("a window loses no call", a_window_loses_no_call),
    ("a bucket that is used again forgets the old calls", a_bucket_is_used_again),
];

const GET: Method = Method::unary("/test.v1.Test/Get").timeout_ms(1000);
const POLICY: Breaker = Breaker::DEFAULT.window_ms(600_000).open_ms(3_600_000).failure_percent(50).probes(1);
const FAILURE: Sample = Sample::Failure(Code::Unavailable);

type Transitions = Arc<Mutex<Vec<(BreakerState, BreakerState)>>>;

/// A breaker, and the transitions that it reports.
fn breaker(policy: Breaker) -> (Arc<CircuitBreaker>, Transitions) {
    let transitions = Transitions::default();
    let seen = transitions.clone();
    let report = move |it: &BreakerTransition| seen.lock().expect("no panic").push((it.from, it.to));
    (Arc::new(CircuitBreaker::new(triomphe::Arc::new("test".into()), &GET, policy, report)), transitions)
}

fn admit(breaker: &Arc<CircuitBreaker>) -> Option<BreakerPermit<'_>> {
    BreakerPermit::acquire(breaker, Instant::now(), None).ok()
}

fn record(breaker: &Arc<CircuitBreaker>, sample: Sample) -> bool {
    admit(breaker).map(|permit| permit.record(sample, Instant::now())).is_some()
}

/// Runs two threads to their ends.
fn both<T: 'static>(one: impl FnOnce() -> T + 'static, other: impl FnOnce() -> T + 'static) -> [T; 2] {
    let (one, other) = (thread::spawn(one), thread::spawn(other));
    [one, other].map(|thread| thread.join().expect("no panic"))
}

fn failures_open_once() {
    let (breaker, transitions) = breaker(POLICY.min_calls(2));
    let fail = |breaker: Arc<CircuitBreaker>| move || record(&breaker, FAILURE);
    both(fail(breaker.clone()), fail(breaker.clone()));
    assert_eq!(breaker.state(), BreakerState::Open);
    assert!(admit(&breaker).is_none(), "calls are rejected");
    assert_eq!(*transitions.lock().expect("no panic"), [(BreakerState::Closed, BreakerState::Open)]);
}

fn a_reset_admits_calls() {
    // Sums of a window beside its end would have a thousand outcomes each: no call fails here.
    let (breaker, _) = breaker(POLICY);
    let (one, other) = (breaker.clone(), breaker.clone());
    both(
        move || _ = record(&one, Sample::Success),
        move || {
            other.force_open();
            other.reset();
        },
    );
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert!(admit(&breaker).is_some(), "state and admission agree");
    assert!(breaker.snapshot().calls <= 1);
}

fn one_probe() {
    let (breaker, _) = opened();
    let probe = |breaker: Arc<CircuitBreaker>| {
        move || {
            let permit = admit(&breaker);
            let is_admitted = permit.is_some();
            // It remains in flight.
            std::mem::forget(permit);
            is_admitted
        }
    };
    let admitted = both(probe(breaker.clone()), probe(breaker.clone()));
    assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 1, "{admitted:?}");
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
}

fn a_probe_is_given_up() {
    let (breaker, _) = opened();
    let (one, other) = (breaker.clone(), breaker.clone());
    both(move || drop(admit(&one)), move || _ = record(&other, Sample::Success));
    // One of both may have been rejected while the other probed.
    let closed = breaker.state() == BreakerState::Closed;
    assert!(closed || record(&breaker, Sample::Success), "the place is free again");
    assert_eq!(breaker.state(), BreakerState::Closed);
}

fn transitions_are_in_order() {
    let (breaker, transitions) = breaker(POLICY);
    let (one, other) = (breaker.clone(), breaker.clone());
    both(move || one.force_open(), move || other.reset());
    let transitions = transitions.lock().expect("no panic");
    assert_eq!(transitions.len(), 2);
    assert!(transitions[0].1 == transitions[1].0, "{transitions:?}");
    assert_eq!(transitions[1].1, breaker.state());
}

fn a_window_loses_no_call() {
    let start = Instant::now();
    let window = Arc::new(SlidingWindow::new(Duration::from_secs(10), start));
    let (one, other) = (window.clone(), window.clone());
    both(move || one.add_success(start), move || other.add_failure(start));
    assert_eq!(window.totals(start), WindowTotals { calls: 2, failures: 1 });
}

/// A success that comes a window too late may count with the new calls, but no old failure does.
fn a_bucket_is_used_again() {
    let start = Instant::now();
    let (window, now) = (Arc::new(SlidingWindow::new(Duration::from_secs(10), start)), start + Duration::from_secs(10));
    window.add_failure(start);
    let (one, other) = (window.clone(), window.clone());
    both(move || one.add_success(now), move || other.add_success(now));
    assert_eq!(window.totals(now), WindowTotals { calls: 2, failures: 0 });
}

/// A breaker that admits probes.
fn opened() -> (Arc<CircuitBreaker>, Transitions) {
    let (breaker, transitions) = breaker(POLICY.min_calls(1).open_ms(0));
    record(&breaker, FAILURE);
    (breaker, transitions)
}
