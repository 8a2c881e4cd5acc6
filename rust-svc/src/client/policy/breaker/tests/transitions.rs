use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, advance};

use super::super::{BreakerPermit, CircuitBreaker, CircuitOpen, Sample};
use crate::{
    Breaker, Code, Error, Method, client::policy::latency::RecentLatency, intercept::BreakerState, types::rpc,
};

pub(super) const GET: Method = Method::unary("/test.v1.Test/Get").timeout_ms(500);
pub(super) const POLICY: Breaker =
    Breaker::DEFAULT.window_ms(10_000).min_calls(4).failure_percent(50).open_ms(1000).probes(3);
pub(super) const FAILURE: Sample = Sample::Failure(Code::Unavailable);

pub(super) fn breaker(policy: Breaker) -> Arc<CircuitBreaker> {
    breaker_of(&GET, policy)
}

fn breaker_of(method: &Method, policy: Breaker) -> Arc<CircuitBreaker> {
    Arc::new(CircuitBreaker::new(triomphe::Arc::new("test".into()), method, policy, |_| ()))
}

pub(super) fn admit(breaker: &Arc<CircuitBreaker>) -> Result<BreakerPermit<'_>, CircuitOpen> {
    BreakerPermit::acquire(breaker, Instant::now(), None)
}

pub(super) fn permit(breaker: &Arc<CircuitBreaker>) -> BreakerPermit<'_> {
    admit(breaker).expect("a permit")
}

pub(super) fn record(breaker: &Arc<CircuitBreaker>, sample: Sample, times: u32) {
    (0..times).for_each(|_| permit(breaker).record(sample, Instant::now()));
}

/// Creates a breaker that four failures have opened.
pub(super) fn opened(policy: Breaker) -> Arc<CircuitBreaker> {
    let breaker = breaker(policy);
    record(&breaker, FAILURE, 4);
    assert_eq!(breaker.state(), BreakerState::Open);
    breaker
}

/// Waits until calls are admitted again, and returns how long that was.
pub(super) async fn wait(breaker: &CircuitBreaker) -> Duration {
    let wait = breaker.snapshot().retry_in.expect("a time");
    advance(wait).await;
    wait
}

pub(super) fn assert_within_20_percent(wait: Duration, seconds: f64) {
    let share = wait.as_secs_f64() / seconds;
    assert!((0.799..=1.201).contains(&share), "{wait:?} is not within 20 percent of {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn opens_at_the_failure_rate() {
    use Sample::{Neutral, Success};
    for (samples, state) in [
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
        for (sample, times) in samples {
            record(&breaker, *sample, *times);
        }
        assert_eq!(breaker.state(), state, "{samples:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_expire_with_the_window() {
    let breaker = breaker(POLICY);
    record(&breaker, FAILURE, 3);
    advance(Duration::from_secs(11)).await;
    record(&breaker, FAILURE, 3);
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 3));
    record(&breaker, FAILURE, 1);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn old_successes_do_not_hide_failures() {
    let breaker = breaker(POLICY);
    record(&breaker, Sample::Success, 10_000);
    advance(Duration::from_secs(10)).await;
    record(&breaker, FAILURE, 4);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn rejections_carry_reason_and_retry_delay() {
    let breaker = opened(POLICY);
    let open = admit(&breaker).expect_err("open");
    assert_eq!((open.method, open.last_code), ("test.v1.Test/Get", Some(Code::Unavailable)));
    assert_within_20_percent(open.retry_in.expect("a time"), 1.0);

    let error = Error::from(open);
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "circuit breaker open: test.v1.Test/Get"));
    let (delay, least) = (error.retry_delay().expect("a delay"), open.retry_in.expect("a time"));
    assert!(delay > least && delay <= least.mul_f64(1.121), "{delay:?} after {least:?}, with jitter");
    let info: rpc::ErrorInfo = error.detail().expect("a detail");
    assert_eq!((info.reason.as_str(), info.metadata["last_code"].as_str()), ("CIRCUIT_BREAKER_OPEN", "UNAVAILABLE"));
    assert_eq!(info.metadata["breaker"], "test.v1.Test/Get");
    let source = std::error::Error::source(&error).and_then(|it| it.downcast_ref());
    assert_eq!(source, Some(&open));
}

/// A rejection is read by few callers, so that it is not described before.
#[tokio::test(start_paused = true)]
async fn additions_to_a_rejection_keep_its_description() {
    let error = Error::from(admit(&opened(POLICY)).expect_err("open"));
    let text = "circuit breaker open: test.v1.Test/Get";
    assert_eq!(error.to_string(), format!("UNAVAILABLE: {text}"));
    let error = error.with_detail(rpc::ErrorInfo { reason: "OTHER".into(), ..Default::default() });
    let error = error.with_source("a cause");
    assert_eq!((error.message(), error.details().len()), (text, 2));
    assert_eq!(error.detail::<rpc::ErrorInfo>().expect("a detail").reason, "CIRCUIT_BREAKER_OPEN");
    assert_eq!(error.to_string(), format!("UNAVAILABLE: {text}: a cause"));
}

#[tokio::test(start_paused = true)]
async fn closes_after_all_probes_succeed() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    for _ in 0..3 {
        assert_ne!(breaker.state(), BreakerState::Closed);
        record(&breaker, Sample::Success, 1);
    }
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 0));
    record(&breaker, FAILURE, 3);
    assert_eq!(breaker.state(), BreakerState::Closed, "what was before it opened is forgotten");
}

#[tokio::test(start_paused = true)]
async fn half_open_limits_probes() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    let mut permits: Vec<_> = (0..100).filter_map(|_| admit(&breaker).ok()).collect();
    assert_eq!((permits.len(), breaker.state()), (3, BreakerState::HalfOpen));
    permits.pop().expect("a permit").record(Sample::Success, Instant::now());
    assert!(admit(&breaker).is_err(), "one succeeded and two are on their way");
    drop(permits.pop());
    let again = permit(&breaker);
    assert!(admit(&breaker).is_err(), "the place of a probe that was given up was taken");
    again.record(Sample::Success, Instant::now());
    permits.pop().expect("a permit").record(Sample::Success, Instant::now());
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[test]
fn half_open_limits_concurrent_probes() {
    let breaker = breaker(POLICY.open_ms(0));
    record(&breaker, FAILURE, 4);
    let permits: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| (0..100).filter_map(|_| admit(&breaker).ok()).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!((permits.len(), breaker.state()), (3, BreakerState::HalfOpen));
}

#[tokio::test(start_paused = true)]
async fn a_failed_probe_doubles_the_open_time() {
    let breaker = breaker(POLICY);
    record(&breaker, FAILURE, 4);
    for seconds in [1.0, 2.0, 4.0, 5.0, 5.0] {
        assert_within_20_percent(wait(&breaker).await, seconds);
        record(&breaker, FAILURE, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_successful_window_resets_the_open_time() {
    for (worked, seconds) in [(Duration::from_secs(9), 2.0), (Duration::from_secs(11), 1.0)] {
        let breaker = opened(POLICY);
        wait(&breaker).await;
        record(&breaker, Sample::Success, 3);
        advance(worked).await;
        record(&breaker, FAILURE, 4);
        assert_within_20_percent(wait(&breaker).await, seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_may_stay_open_for_longer() {
    let breaker = opened(POLICY.open_ms(300_000));
    for _ in 0..2 {
        assert_within_20_percent(wait(&breaker).await, 300.0);
        record(&breaker, FAILURE, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn results_of_an_older_epoch_are_ignored() {
    let breaker = breaker(POLICY);
    let late: Vec<_> = (0..3).map(|_| permit(&breaker)).collect();
    record(&breaker, FAILURE, 4);
    wait(&breaker).await;
    let probe = permit(&breaker);
    let mut late = late.into_iter();
    late.next().expect("a permit").record(FAILURE, Instant::now());
    assert_eq!(breaker.state(), BreakerState::HalfOpen, "a failure from before does not open it");
    probe.record(Sample::Success, Instant::now());
    record(&breaker, Sample::Success, 1);
    late.next().expect("a permit").record(Sample::Success, Instant::now());
    assert_eq!(breaker.state(), BreakerState::HalfOpen, "a success from before does not close it");
    record(&breaker, Sample::Success, 1);
    drop(late);
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 0));
}

#[tokio::test(start_paused = true)]
async fn hung_probes_open_the_breaker() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    let hung: Vec<_> = (0..3).map(|_| permit(&breaker)).collect();
    advance(Duration::from_millis(499)).await;
    assert!(admit(&breaker).is_err());
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    advance(Duration::from_millis(2)).await;
    assert!(admit(&breaker).is_err());
    assert_eq!(breaker.state(), BreakerState::Open);
    assert_within_20_percent(wait(&breaker).await, 2.0);
    drop(hung);
    record(&breaker, Sample::Success, 3);
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
async fn force_open_and_reset() {
    let breaker = breaker(POLICY);
    breaker.force_open();
    advance(Duration::from_secs(1_000_000)).await;
    let open = admit(&breaker).expect_err("open");
    assert_eq!((open.retry_in, breaker.state()), (None, BreakerState::Open));
    assert_eq!(Error::from(open).retry_delay(), None);
    breaker.reset();
    record(&breaker, Sample::Success, 1);
    assert_eq!((breaker.state(), breaker.snapshot().calls), (BreakerState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn mid_stream_failures_are_counted() {
    let breaker = breaker(POLICY);
    let samplers: Vec<_> = (0..4).map(|_| permit(&breaker).sampler()).collect();
    record(&breaker, Sample::Success, 4);
    samplers.iter().for_each(|sampler| sampler.add_failure(Code::Unavailable));
    assert_eq!(breaker.state(), BreakerState::Open);
    samplers.iter().for_each(|sampler| sampler.add_failure(Code::Unavailable));
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn invalid_policies_do_not_panic() {
    let nonsense = Breaker::DEFAULT.window_ms(0).min_calls(0).failure_percent(0).open_ms(0).probes(0);
    let breaker = breaker(nonsense);
    for sample in [Sample::Success, FAILURE, Sample::Success, Sample::Neutral, FAILURE] {
        if let Ok(permit) = admit(&breaker) {
            permit.record(sample, Instant::now());
        }
    }
    let longest = breaker_of(&GET, Breaker { open: Duration::MAX, ..POLICY });
    record(&longest, FAILURE, 4);
    assert_eq!(longest.state(), BreakerState::Open);
    let endless = breaker_of(&GET.timeout_ms(u64::MAX), POLICY);
    record(&endless, FAILURE, 4);
    wait(&endless).await;
    record(&endless, Sample::Success, 3);
    assert_eq!(endless.state(), BreakerState::Closed);
}

/// A plain reference model that keeps every call.
#[derive(Default)]
struct Model {
    calls: Vec<(Instant, bool)>,
}

impl Model {
    /// Returns whether the failure rate of the last ten seconds is too high.
    fn is_failing(&self, now: Instant) -> bool {
        let second = |at: Instant| (at - self.calls[0].0).as_secs();
        let recent: Vec<_> = self.calls.iter().filter(|(at, _)| second(now) - second(*at) < 10).collect();
        let failures = recent.iter().filter(|(_, failed)| *failed).count();
        recent.len() >= 4 && failures * 2 >= recent.len()
    }
}

#[tokio::test(start_paused = true)]
async fn random_calls_agree_with_a_plain_model() {
    let mut random = fastrand::Rng::with_seed(11);
    for round in 0..200 {
        let (breaker, mut model) = (breaker(POLICY), Model::default());
        for step in 0..200 {
            let failed = random.u8(0..100) < 40;
            record(&breaker, if failed { FAILURE } else { Sample::Success }, 1);
            model.calls.push((Instant::now(), failed));
            let expected = failed && model.is_failing(Instant::now());
            assert_eq!(breaker.state() == BreakerState::Open, expected, "round {round}, step {step}");
            if expected {
                break;
            }
            advance(Duration::from_secs(random.u64(0..3))).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn slow_calls_open_the_breaker() {
    let policy = POLICY.slow_ms(100, 50);
    let latency = RecentLatency::default();
    for (millis, opens) in [(99, false), (100, true)] {
        let breaker = breaker(policy);
        for slow in [false, false, true, true] {
            let permit = BreakerPermit::acquire(&breaker, Instant::now(), Some(&latency)).expect("a permit");
            advance(Duration::from_millis(if slow { millis } else { 1 })).await;
            permit.record(Sample::Success, Instant::now());
        }
        assert_eq!(breaker.state() == BreakerState::Open, opens, "{millis} ms");
        assert_eq!(breaker.snapshot().slow, if opens { 2 } else { 0 });
        assert_eq!(breaker.snapshot().failures, 0, "slow calls are no failures");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_given_up_late_count() {
    let latency = RecentLatency::default();
    latency.record(Duration::from_millis(10));
    for (millis, opens) in [(5, false), (49, false), (51, true)] {
        let breaker = breaker(POLICY);
        for _ in 0..4 {
            let permit = BreakerPermit::acquire(&breaker, Instant::now(), Some(&latency)).expect("a permit");
            advance(Duration::from_millis(millis)).await;
            drop(permit);
        }
        assert_eq!(breaker.state() == BreakerState::Open, opens, "{millis} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn force_closed_admits_calls_until_a_reset() {
    let breaker = opened(POLICY);
    breaker.force_closed();
    record(&breaker, FAILURE, 100);
    assert_eq!((breaker.state(), breaker.snapshot().is_forced), (BreakerState::Closed, true));
    breaker.reset();
    assert!(!breaker.snapshot().is_forced);
    record(&breaker, FAILURE, 4);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn quiet_probes_close_the_breaker() {
    let breaker = opened(POLICY);
    wait(&breaker).await;
    let mut permits: Vec<_> = (0..3).map(|_| permit(&breaker)).collect();
    permits.iter_mut().for_each(|permit| permit.record_quiet(Instant::now()));
    assert_eq!(breaker.state(), BreakerState::Closed);
    permits.into_iter().for_each(|permit| permit.record(FAILURE, Instant::now()));
    assert_eq!(breaker.snapshot().failures, 0, "each counts once");
}

#[cfg(feature = "adapter")]
#[tokio::test(start_paused = true)]
async fn rejections_tell_callers_upstream_when_to_retry() {
    use crate::error::Pushback;
    let breaker = opened(POLICY);
    let open = admit(&breaker).expect_err("open");
    for (millis, waits) in [(None, true), (Some(10_000), true), (Some(500), false)] {
        let deadline = millis.map(|millis| Instant::now() + Duration::from_millis(millis));
        let error = open.until(deadline);
        let delay = error.retry_delay().expect("a delay");
        assert_eq!(error.pushback(), if waits { Pushback::After(delay) } else { Pushback::Stop }, "{millis:?}");
    }
    breaker.force_open();
    let error = Error::from(admit(&breaker).expect_err("open"));
    assert_eq!(error.pushback(), Pushback::Stop, "nobody knows when it closes");
}
