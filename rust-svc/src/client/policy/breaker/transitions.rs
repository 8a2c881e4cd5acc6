//! Reports the transitions of a circuit breaker in their order.

use std::{collections::VecDeque, time::Duration};

use crate::{
    Code,
    client::policy::sync::{Mutex, MutexGuard, PoisonError},
    intercept::BreakerState,
};

/// The transition of a circuit breaker from one state to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BreakerTransition {
    pub(crate) from: BreakerState,
    pub(crate) to: BreakerState,
    /// How long calls will fail immediately, if that is known.
    pub(crate) retry_in: Option<Duration>,
    /// The code of the last failure, if there was one.
    pub(crate) last_code: Option<Code>,
}

/// The transitions that were not reported yet.
///
/// A listener may change the breaker again, so no lock is held while it runs: one drainer at a time reports everything
/// that is pushed until it is done.
#[derive(Debug, Default)]
pub(super) struct TransitionQueue(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    transitions: VecDeque<BreakerTransition>,
    has_drainer: bool,
}

impl TransitionQueue {
    /// Adds a transition, under the lock under which it was made.
    pub(super) fn push(&self, transition: BreakerTransition) {
        self.pending().transitions.push_back(transition);
    }

    /// Reports all pending transitions, unless another thread is doing so: that one goes on with them.
    pub(super) fn drain(&self, report: impl Fn(&BreakerTransition)) {
        if std::mem::replace(&mut self.pending().has_drainer, true) {
            return;
        }
        let mut drainer = Drainer { queue: self, is_done: false };
        while let Some(transition) = drainer.next() {
            report(&transition);
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The exclusive right to report, which ends with the last transition, or when a listener panics.
struct Drainer<'a> {
    queue: &'a TransitionQueue,
    is_done: bool,
}

impl Drainer<'_> {
    /// Takes the next transition. Without one, the right ends under the lock, so that a later one finds no drainer.
    fn next(&mut self) -> Option<BreakerTransition> {
        let mut pending = self.queue.pending();
        let transition = pending.transitions.pop_front();
        if transition.is_none() {
            pending.has_drainer = false;
            self.is_done = true;
        }
        transition
    }
}

impl Drop for Drainer<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.queue.pending().has_drainer = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn transition(from: BreakerState, to: BreakerState) -> BreakerTransition {
        BreakerTransition { from, to, retry_in: None, last_code: None }
    }

    #[test]
    fn a_transition_made_by_a_listener_is_reported_after_the_first() {
        let (queue, seen) = (TransitionQueue::default(), Mutex::new(Vec::new()));
        queue.push(transition(BreakerState::Closed, BreakerState::Open));
        queue.drain(|first| {
            if first.to == BreakerState::Open {
                queue.push(transition(BreakerState::Open, BreakerState::Closed));
                queue.drain(|_| unreachable!("another drainer runs"));
            }
            seen.lock().expect("no panic").push(first.to);
        });
        assert_eq!(*seen.lock().expect("no panic"), [BreakerState::Open, BreakerState::Closed]);
    }

    #[test]
    fn a_listener_that_panics_does_not_stop_later_reports() {
        let queue = TransitionQueue::default();
        queue.push(transition(BreakerState::Closed, BreakerState::Open));
        queue.push(transition(BreakerState::Open, BreakerState::HalfOpen));
        assert!(catch_unwind(AssertUnwindSafe(|| queue.drain(|_| panic!("a listener")))).is_err());
        let seen = Mutex::new(Vec::new());
        queue.drain(|next| seen.lock().expect("no panic").push(next.to));
        assert_eq!(*seen.lock().expect("no panic"), [BreakerState::HalfOpen]);
    }
}
