//! The circuit breaker against a plain model, by random sequences of calls.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use tokio::time::{Instant, advance};

use super::{
    super::{CircuitBreaker, Sample},
    transitions::{FAILURE, POLICY, admit, assert_within_20_percent, breaker},
};
use crate::intercept::BreakerState;

/// An action of a sequence.
#[derive(Clone, Debug)]
enum Action {
    /// Begins a call.
    Begin,
    /// Ends one of the calls in flight.
    End(prop::sample::Index, CallEnd),
    /// Lets time pass, in milliseconds.
    Wait(u64),
    Force(bool),
    Reset,
}

#[derive(Clone, Copy, Debug)]
enum CallEnd {
    Success,
    Failure,
    Dropped,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let outcome = prop_oneof![Just(CallEnd::Success), Just(CallEnd::Failure), Just(CallEnd::Dropped)];
    let waits = prop_oneof![1..300_u64, 1000..6000_u64, Just(11_000)];
    let action = prop_oneof![
        10 => Just(Action::Begin),
        10 => (any::<prop::sample::Index>(), outcome).prop_map(|(index, outcome)| Action::End(index, outcome)),
        4 => waits.prop_map(Action::Wait),
        1 => any::<bool>().prop_map(Action::Force),
        1 => Just(Action::Reset),
    ];
    vec(action, 1..120)
}

/// The plain model: it keeps every call, and knows nothing of words, buckets or epochs.
struct Model {
    start: Instant,
    state: ModelState,
    /// The number of the state, which a call keeps from its beginning.
    number: usize,
    trips: u32,
    calls: Vec<(Instant, bool)>,
}

#[derive(Clone, Copy, Debug)]
enum ModelState {
    Closed { since: Instant },
    Forced(BreakerState),
    Open { until: Instant },
    HalfOpen { until: Instant, in_flight: u32, succeeded: u32 },
}

impl Model {
    fn new() -> Self {
        let now = Instant::now();
        Self { start: now, state: ModelState::Closed { since: now }, number: 0, trips: 0, calls: Vec::new() }
    }

    fn enter(&mut self, state: ModelState) {
        let is_closed = matches!(state, ModelState::Closed { .. });
        self.state = state;
        self.number += 1;
        if is_closed {
            self.calls.clear();
        }
    }

    /// Opens for about the time that the policy asks for; the breaker adds the jitter.
    fn open(&mut self, breaker: &CircuitBreaker) {
        let seconds = 2_f64.powi(self.trips.min(10) as i32).min(5.0);
        let wait = breaker.snapshot().retry_in.expect("an open breaker");
        assert_within_20_percent(wait, seconds);
        self.trips += 1;
        self.enter(ModelState::Open { until: Instant::now() + wait });
    }

    /// Returns the calls of the last ten seconds, and how many failed.
    fn counts(&self) -> (u64, u64) {
        let second = |at: Instant| (at - self.start).as_secs();
        let recent: Vec<_> = self.calls.iter().filter(|(at, _)| second(*at) + 10 > second(Instant::now())).collect();
        (recent.len() as u64, recent.iter().filter(|(_, failed)| *failed).count() as u64)
    }

    fn admits(&mut self, breaker: &CircuitBreaker) -> bool {
        let now = Instant::now();
        if let ModelState::Open { until } = self.state
            && now >= until
        {
            self.enter(ModelState::HalfOpen { until: now + Duration::from_millis(500), in_flight: 0, succeeded: 0 });
        }
        match &mut self.state {
            ModelState::Closed { .. } | ModelState::Forced(BreakerState::Closed) => true,
            ModelState::HalfOpen { in_flight, succeeded, .. } if *in_flight + *succeeded < 3 => {
                *in_flight += 1;
                true
            }
            ModelState::HalfOpen { until, .. } if now >= *until => {
                self.open(breaker);
                false
            }
            _ => false,
        }
    }

    fn end(&mut self, number: usize, outcome: CallEnd, breaker: &CircuitBreaker) {
        if number != self.number {
            return;
        }
        match (&mut self.state, outcome) {
            (ModelState::HalfOpen { in_flight, .. }, CallEnd::Dropped) => *in_flight -= 1,
            (ModelState::HalfOpen { .. }, CallEnd::Failure) => self.open(breaker),
            (ModelState::HalfOpen { in_flight, succeeded, .. }, CallEnd::Success) => {
                (*in_flight, *succeeded) = (*in_flight - 1, *succeeded + 1);
                if *succeeded == 3 {
                    self.enter(ModelState::Closed { since: Instant::now() });
                }
            }
            (_, CallEnd::Dropped) => (),
            (_, outcome) => self.count(matches!(outcome, CallEnd::Failure), breaker),
        }
    }

    fn count(&mut self, failed: bool, breaker: &CircuitBreaker) {
        self.calls.push((Instant::now(), failed));
        let ((calls, failures), ModelState::Closed { since }) = (self.counts(), self.state) else { return };
        if failed && calls >= 4 && failures * 2 >= calls {
            if since.elapsed() >= Duration::from_secs(10) {
                self.trips = 0;
            }
            self.open(breaker);
        }
    }

    fn state(&self) -> BreakerState {
        match self.state {
            ModelState::Closed { .. } => BreakerState::Closed,
            ModelState::Forced(state) => state,
            ModelState::Open { .. } => BreakerState::Open,
            ModelState::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    fn check(&self, breaker: &CircuitBreaker, action: &Action) {
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.state, self.state(), "after {action:?}");
        assert_eq!((snapshot.calls, snapshot.failures), self.counts(), "after {action:?}");
    }
}

async fn run(actions: Vec<Action>) {
    let (breaker, mut model) = (breaker(POLICY), Model::new());
    let mut in_flight = Vec::new();
    for action in &actions {
        match action {
            Action::Begin => {
                let permit = admit(&breaker);
                assert_eq!(permit.is_ok(), model.admits(&breaker), "{:?}", model.state);
                in_flight.extend(permit.map(|permit| (model.number, permit)));
            }
            Action::End(index, outcome) if !in_flight.is_empty() => {
                let (number, permit) = in_flight.swap_remove(index.index(in_flight.len()));
                match outcome {
                    CallEnd::Success => permit.record(Sample::Success, Instant::now()),
                    CallEnd::Failure => permit.record(FAILURE, Instant::now()),
                    CallEnd::Dropped => drop(permit),
                }
                model.end(number, *outcome, &breaker);
            }
            Action::End(..) => (),
            Action::Wait(millis) => advance(Duration::from_millis(*millis)).await,
            Action::Force(true) => {
                breaker.force_open();
                model.enter(ModelState::Forced(BreakerState::Open));
            }
            Action::Force(false) => {
                breaker.force_closed();
                model.enter(ModelState::Forced(BreakerState::Closed));
            }
            Action::Reset => {
                breaker.reset();
                model.trips = 0;
                model.enter(ModelState::Closed { since: Instant::now() });
            }
        }
        model.check(&breaker, action);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_sequences_agree_with_a_plain_model(actions in actions()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(run(actions));
    }
}
