use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, advance};

use super::{BreakerState, CircuitBreaker, Outcome, Permit};
use crate::{Breaker, Code, Error, Method, intercept::Chain, types::rpc};

const GET: Method = Method::unary("/test.v1.Test/Get").timeout_ms(500);
const POLICY: Breaker = Breaker::DEFAULT.window_ms(10_000).min_calls(4).failure_percent(50).open_ms(1000).probes(3);
const FAILURE: Outcome = Outcome::Failure(Code::Unavailable);

fn breaker(policy: Breaker) -> Arc<CircuitBreaker> {
    breaker_of(&GET, policy)
}

fn breaker_of(method: &Method, policy: Breaker) -> Arc<CircuitBreaker> {
    Arc::new(CircuitBreaker::new(triomphe::Arc::new("test".into()), method, policy, Chain::new()))
}

fn permit(breaker: &Arc<CircuitBreaker>) -> Permit<'_> {
    breaker.admit().expect("a permit")
}

fn record(breaker: &Arc<CircuitBreaker>, outcome: Outcome, times: u32) {
    (0..times).for_each(|_| permit(breaker).record(outcome, Instant::now()));
}

/// A breaker that four failures have opened.
fn opened(policy: Breaker) -> Arc<CircuitBreaker> {
    let breaker = breaker(policy);
    record(&breaker, FAILURE, 4);
    assert_eq!(breaker.state(), BreakerState::Open);
    breaker
}

/// Waits until calls are let through again, and tells how long that was.
async fn wait(breaker: &CircuitBreaker) -> Duration {
    let wait = breaker.snapshot().retry_in.expect("a time");
    advance(wait).await;
    wait
}

fn assert_within_20_percent(wait: Duration, seconds: f64) {
    let share = wait.as_secs_f64() / seconds;
    assert!((0.799..=1.201).contains(&share), "{wait:?} is not within 20 percent of {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn opens_at_its_share_of_enough_calls() {
    use Outcome::{Neutral, Success};
    for (outcomes, state) in [
        (&[(FAILURE, 3)][..], BreakerState::Closed),
        (&[(FAILURE, 4)], BreakerState::Open),
        (&[(Success, 2), (FAILURE, 2)], BreakerState::Open),
        (&[(Success, 3), (FAILURE, 2)], BreakerState::Closed),
        (&[(Success, 3), (FAILURE, 3)], BreakerState::Open),
        (&[(Success, 1000), (FAILURE, 999)], BreakerState::Closed),
        (&[(Success, 1000), (FAILURE, 1000)], BreakerState::Open),
        (&[(Neutral, 100), (FAILURE, 3)], BreakerState::Closed),
        (&[(FAILURE, 3), (Neutral, 100), (Success, 3)], BreakerState::Closed),
    ] {
        let breaker = breaker(POLICY);
        for (outcome, times) in outcomes {
            record(&breaker, *outcome, *times);
        }
        assert_eq!(breaker.state(), state, "{outcomes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn forgets_what_is_older_than_its_window() {
    let breaker = breaker(POLICY);
    record(&breaker, FAILURE, 3);
    advance(Duration::from_secs(11)).await;
    record(&breaker, FAILURE, 3);
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 3));
    record(&breaker, FAILURE, 1);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn many_successes_of_old_do_not_hide_failures() {
    let breaker = breaker(POLICY);
    record(&breaker, Outcome::Success, 10_000);
    advance(Duration::from_secs(10)).await;
    record(&breaker, FAILURE, 4);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn tells_why_it_is_open() {
    let breaker = opened(POLICY);
    let open = breaker.admit().expect_err("open");
    assert_eq!((open.method, open.last_code), ("test.v1.Test/Get", Some(Code::Unavailable)));
    assert_within_20_percent(open.retry_in.expect("a time"), 1.0);

    let error = Error::from(open);
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "circuit breaker open: test.v1.Test/Get"));
    assert_eq!(error.retry_delay(), open.retry_in);
    let info: rpc::ErrorInfo = error.detail().expect("a detail");
    assert_eq!((info.reason.as_str(), info.metadata["last_code"].as_str()), ("CIRCUIT_BREAKER_OPEN", "UNAVAILABLE"));
    assert_eq!(info.metadata["breaker"], "test.v1.Test/Get");
    let source = std::error::Error::source(&error).and_then(|it| it.downcast_ref());
    assert_eq!(source, Some(&open));
}

#[tokio::test(start_paused = true)]
async fn closes_after_all_probes_succeed() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    for _ in 0..3 {
        assert_ne!(breaker.state(), BreakerState::Closed);
        record(&breaker, Outcome::Success, 1);
    }
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 0));
    record(&breaker, FAILURE, 3);
    assert_eq!(breaker.state(), BreakerState::Closed, "what was before it opened is forgotten");
}

#[tokio::test(start_paused = true)]
async fn lets_no_more_probes_through_than_it_needs() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    let mut permits: Vec<_> = (0..100).filter_map(|_| breaker.admit().ok()).collect();
    assert_eq!((permits.len(), breaker.state()), (3, BreakerState::HalfOpen));
    permits.pop().expect("a permit").record(Outcome::Success, Instant::now());
    assert!(breaker.admit().is_err(), "one succeeded and two are on their way");
    drop(permits.pop());
    let again = permit(&breaker);
    assert!(breaker.admit().is_err(), "the place of a probe that was given up was taken");
    again.record(Outcome::Success, Instant::now());
    permits.pop().expect("a permit").record(Outcome::Success, Instant::now());
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn threads_get_no_more_probes_than_it_needs() {
    let breaker = breaker(POLICY.open_ms(0));
    record(&breaker, FAILURE, 4);
    let permits: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| (0..100).filter_map(|_| breaker.admit().ok()).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!((permits.len(), breaker.state()), (3, BreakerState::HalfOpen));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_it_for_longer() {
    let breaker = breaker(POLICY);
    record(&breaker, FAILURE, 4);
    for seconds in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0] {
        assert_within_20_percent(wait(&breaker).await, seconds);
        record(&breaker, FAILURE, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn working_for_a_window_makes_it_patient_again() {
    for (worked, seconds) in [(Duration::from_secs(9), 2.0), (Duration::from_secs(11), 1.0)] {
        let breaker = opened(POLICY);
        wait(&breaker).await;
        record(&breaker, Outcome::Success, 3);
        advance(worked).await;
        record(&breaker, FAILURE, 4);
        assert_within_20_percent(wait(&breaker).await, seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_time_beyond_a_minute_stands() {
    let breaker = opened(POLICY.open_ms(300_000));
    assert_within_20_percent(wait(&breaker).await, 300.0);
}

#[tokio::test(start_paused = true)]
async fn late_results_say_nothing() {
    let breaker = breaker(POLICY);
    let late: Vec<_> = (0..3).map(|_| permit(&breaker)).collect();
    record(&breaker, FAILURE, 4);
    wait(&breaker).await;
    let probe = permit(&breaker);
    let mut late = late.into_iter();
    late.next().expect("a permit").record(FAILURE, Instant::now());
    assert_eq!(breaker.state(), BreakerState::HalfOpen, "a failure from before does not open it");
    probe.record(Outcome::Success, Instant::now());
    record(&breaker, Outcome::Success, 1);
    late.next().expect("a permit").record(Outcome::Success, Instant::now());
    assert_eq!(breaker.state(), BreakerState::HalfOpen, "a success from before does not close it");
    record(&breaker, Outcome::Success, 1);
    drop(late);
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 0));
}

#[tokio::test(start_paused = true)]
async fn probes_that_never_come_back_open_it() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    let hung: Vec<_> = (0..3).map(|_| permit(&breaker)).collect();
    advance(Duration::from_millis(499)).await;
    assert!(breaker.admit().is_err());
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    advance(Duration::from_millis(2)).await;
    assert!(breaker.admit().is_err());
    assert_eq!(breaker.state(), BreakerState::Open);
    assert_within_20_percent(wait(&breaker).await, 2.0);
    drop(hung);
    record(&breaker, Outcome::Success, 3);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    let permit = permit(&breaker);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _permit = permit;
        panic!("in an attempt");
    }));
    assert!(panicked.is_err());
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn people_can_switch_it() {
    let breaker = breaker(POLICY);
    breaker.force_open();
    advance(Duration::from_secs(1_000_000)).await;
    let open = breaker.admit().expect_err("open");
    assert_eq!((open.retry_in, breaker.state()), (None, BreakerState::Open));
    assert_eq!(Error::from(open).retry_delay(), None);
    breaker.reset();
    record(&breaker, Outcome::Success, 1);
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn failures_of_streams_count_once_more() {
    let breaker = breaker(POLICY);
    let samplers: Vec<_> = (0..4).map(|_| permit(&breaker).sampler()).collect();
    record(&breaker, Outcome::Success, 4);
    samplers.iter().for_each(|sampler| sampler.add_failure(Code::Unavailable));
    assert_eq!(breaker.state(), BreakerState::Open);
    samplers.iter().for_each(|sampler| sampler.add_failure(Code::Unavailable));
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn policies_of_nonsense_do_no_harm() {
    let nonsense = Breaker::DEFAULT.window_ms(0).min_calls(0).failure_percent(0).open_ms(0).probes(0);
    let breaker = breaker(nonsense);
    for outcome in [Outcome::Success, FAILURE, Outcome::Success, Outcome::Neutral, FAILURE] {
        if let Ok(permit) = breaker.admit() {
            permit.record(outcome, Instant::now());
        }
    }
    let longest = breaker_of(&GET, Breaker { open: Duration::MAX, ..POLICY });
    record(&longest, FAILURE, 4);
    assert_eq!(longest.state(), BreakerState::Open);
    let endless = breaker_of(&GET.timeout_ms(u64::MAX), POLICY);
    record(&endless, FAILURE, 4);
    wait(&endless).await;
    record(&endless, Outcome::Success, 3);
    assert_eq!(endless.state(), BreakerState::Closed);
}

/// What a breaker may do, in the plainest form: every call is kept and counted.
#[derive(Default)]
struct Model {
    calls: Vec<(Instant, bool)>,
}

impl Model {
    /// True if the share of failures of the calls of about the last ten seconds is too much.
    fn is_too_much(&self, now: Instant) -> bool {
        let second = |at: Instant| (at - self.calls[0].0).as_secs();
        let recent: Vec<_> = self.calls.iter().filter(|(at, _)| second(now) - second(*at) < 10).collect();
        let failures = recent.iter().filter(|(_, failed)| *failed).count();
        recent.len() >= 4 && failures * 2 >= recent.len()
    }
}

#[tokio::test(start_paused = true)]
async fn random_calls_open_it_when_a_plain_count_would() {
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..200 {
        let (breaker, mut model) = (breaker(POLICY), Model::default());
        for step in 0..200 {
            let failed = random.u8(0..100) < 40;
            record(&breaker, if failed { FAILURE } else { Outcome::Success }, 1);
            model.calls.push((Instant::now(), failed));
            let expected = failed && model.is_too_much(Instant::now());
            assert_eq!(breaker.state() == BreakerState::Open, expected, "round {round}, step {step}");
            if expected {
                break;
            }
            advance(Duration::from_secs(random.u64(0..3))).await;
        }
    }
}
