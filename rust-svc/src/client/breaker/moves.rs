//! What is told of a circuit breaker, in the order in which it happened.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::BreakerState;
use crate::Code;

/// That a breaker went from one state to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub(super) from: BreakerState,
    pub(super) to: BreakerState,
    pub(super) retry_in: Option<Duration>,
    /// Why the last call failed, if one did.
    pub(super) last_code: Option<Code>,
}

/// The moves that nobody has been told of yet.
///
/// Whoever is told of a move may move the breaker again, so nothing is locked meanwhile: one teller at a time tells all
/// that is added until he is done.
#[derive(Debug, Default)]
pub(super) struct Moves(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    moves: VecDeque<Move>,
    has_teller: bool,
}

impl Moves {
    /// Adds a move, under the lock under which it was made.
    pub(super) fn add(&self, moved: Move) {
        self.waiting().moves.push_back(moved);
    }

    /// Tells what waits, unless somebody is telling: he goes on with it.
    pub(super) fn tell(&self, tell: impl Fn(Move)) {
        if std::mem::replace(&mut self.waiting().has_teller, true) {
            return;
        }
        let mut teller = Teller { moves: self, is_done: false };
        while let Some(moved) = teller.next() {
            tell(moved);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to tell, which ends when nothing waits, also if what tells should panic.
struct Teller<'a> {
    moves: &'a Moves,
    is_done: bool,
}

impl Teller<'_> {
    /// The next move. With none it ends under the lock, so that whoever adds one later tells it.
    fn next(&mut self) -> Option<Move> {
        let mut waiting = self.moves.waiting();
        let moved = waiting.moves.pop_front();
        if moved.is_none() {
            waiting.has_teller = false;
            self.is_done = true;
        }
        moved
    }
}

impl Drop for Teller<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.moves.waiting().has_teller = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn moved(from: BreakerState, to: BreakerState) -> Move {
        Move { from, to, retry_in: None, last_code: None }
    }

    #[test]
    fn a_move_within_the_telling_is_told_after_it() {
        let (moves, told) = (Moves::default(), Mutex::new(Vec::new()));
        moves.add(moved(BreakerState::Closed, BreakerState::Open));
        moves.tell(|first| {
            if first.to == BreakerState::Open {
                moves.add(moved(BreakerState::Open, BreakerState::Closed));
                moves.tell(|_| unreachable!("somebody tells already"));
            }
            told.lock().expect("told").push(first.to);
        });
        assert_eq!(*told.lock().expect("told"), [BreakerState::Open, BreakerState::Closed]);
    }

    #[test]
    fn a_panic_ends_one_telling_and_not_those_after_it() {
        let moves = Moves::default();
        moves.add(moved(BreakerState::Closed, BreakerState::Open));
        moves.add(moved(BreakerState::Open, BreakerState::HalfOpen));
        assert!(catch_unwind(AssertUnwindSafe(|| moves.tell(|_| panic!("an observer")))).is_err());
        let told = Mutex::new(Vec::new());
        moves.tell(|next| told.lock().expect("told").push(next.to));
        assert_eq!(*told.lock().expect("told"), [BreakerState::HalfOpen]);
    }
}
