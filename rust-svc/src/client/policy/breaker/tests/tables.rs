//! Sequences of calls and the states after each, as a table: those that other circuit breakers test, under our rules.

use std::{sync::Arc, time::Duration};

use tokio::time::advance;

use super::{
    super::{CircuitBreaker, Sample},
    transitions::{FAILURE, POLICY, admit, breaker, record, wait},
};
use crate::intercept::BreakerState;

/// The steps of a sequence, by their letters.
async fn step(breaker: &Arc<CircuitBreaker>, step: char) {
    match step {
        's' => record(breaker, Sample::Success, 1),
        'f' => record(breaker, FAILURE, 1),
        'n' => record(breaker, Sample::Neutral, 1),
        'x' => assert!(admit(breaker).is_err(), "a rejection"),
        'w' => _ = wait(breaker).await,
        't' => advance(Duration::from_secs(11)).await,
        'o' => breaker.force_open(),
        'c' => breaker.force_closed(),
        'r' => breaker.reset(),
        _ => unreachable!("no step"),
    }
}

fn letter(state: BreakerState) -> char {
    match state {
        BreakerState::Closed => 'C',
        BreakerState::Open => 'O',
        _ => 'H',
    }
}

/// `s` success, `f` failure, `n` neutral, `x` a rejection, `w` waits until calls are admitted, `t` lets the window pass,
/// `o` and `c` force a state, `r` resets. The breaker opens at half of at least 4 calls, and closes after 3 probes.
const TABLE: [(&str, &str); 24] = [
    // Closed: counts, rates, exclusions and the window, as in gobreaker's `Counts` and failsafe-go's closed state.
    ("ssss", "CCCC"),
    ("fff", "CCC"),
    ("ffff", "CCCO"),
    ("fffsf", "CCCCO"),
    ("sfsf", "CCCO"),
    ("ssfsf", "CCCCC"),
    ("sssfff", "CCCCCO"),
    ("fffnnnnf", "CCCCCCCO"),
    ("ffftf", "CCCCC"),
    ("ffftfff", "CCCCCCC"),
    ("ssssstffff", "CCCCCCCCCO"),
    // Open: rejects until its time has passed, and does not change by itself.
    ("ffffx", "CCCOO"),
    ("ffffxx", "CCCOOO"),
    ("ffffw", "CCCOO"),
    // Half open: closes after all probes, opens at the first failure, ignores neutral probes.
    ("ffffws", "CCCOOH"),
    ("ffffwsss", "CCCOOHHC"),
    ("ffffwf", "CCCOOO"),
    ("ffffwssf", "CCCOOHHO"),
    ("ffffwnnsss", "CCCOOHHHHC"),
    ("ffffwsfxwsss", "CCCOOHOOOHHC"),
    // Closed again: what was before is forgotten.
    ("ffffwsssfff", "CCCOOHHCCCC"),
    ("ffffwsssffff", "CCCOOHHCCCCO"),
    // Forced states hold until a reset.
    ("otxrs", "OOOCC"),
    ("cffffftr", "CCCCCCCC"),
];

#[tokio::test(start_paused = true)]
async fn sequences_of_calls_lead_to_states() {
    for (steps, states) in TABLE {
        let breaker = breaker(POLICY);
        let mut reached = String::new();
        for letters in steps.chars() {
            step(&breaker, letters).await;
            reached.push(letter(breaker.state()));
        }
        assert_eq!(reached, states, "{steps}");
    }
}
