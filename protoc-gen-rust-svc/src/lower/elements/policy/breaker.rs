//! Circuit breakers and bulkheads.

use super::merge::{Merge, Owner};
use crate::{
    model,
    read::call_policy::{BreakerOptions, BulkheadOptions},
};

/// The field numbers of `rust_svc.v1.CallPolicy` and of its messages.
const WINDOW: &[i32] = &[3, 1];
const FAILURE_PERCENT: &[i32] = &[3, 3];
const OPEN: &[i32] = &[3, 4];
const SLOW_CALL: &[i32] = &[3, 7];
const SLOW_PERCENT: &[i32] = &[3, 8];
const GROUP: &[i32] = &[3, 9];
const MAX_IN_FLIGHT: &[i32] = &[11, 1];

impl Merge<'_> {
    pub(super) fn breaker(&mut self, breaker: &BreakerOptions, owner: Owner) -> model::Breaker {
        self.check_percent("failure_percent", breaker.failure_percent, owner, FAILURE_PERCENT);
        self.check_percent("slow_percent", breaker.slow_percent, owner, SLOW_PERCENT);
        let window = self.millis("window", &breaker.window, owner, WINDOW);
        let open = self.millis("open", &breaker.open, owner, OPEN);
        let number = |number: u32| Some(u64::from(number)).filter(|number| *number != 0);
        let settings = [
            ("window_ms", window),
            ("min_calls", number(breaker.min_calls)),
            ("failure_percent", number(breaker.failure_percent)),
            ("open_ms", open),
            ("probes", number(breaker.probes)),
        ];
        let settings = settings.into_iter().filter_map(|(name, number)| Some((name, model::grouped(number?))));
        let others = [self.slow_calls(breaker, owner), self.group(breaker, owner)];
        let settings = settings.chain(others.into_iter().flatten()).collect();
        model::Breaker { disabled: breaker.disabled, settings }
    }

    fn slow_calls(&mut self, breaker: &BreakerOptions, owner: Owner) -> Option<(&'static str, String)> {
        let millis = self.millis("slow_call", &breaker.slow_call, owner, SLOW_CALL);
        if millis.is_none() && breaker.slow_percent != 0 {
            let help = "set `slow_call` to the duration from which a call is slow";
            self.error("E0404", (owner, SLOW_PERCENT), "`slow_percent` without `slow_call`".to_owned(), help);
        }
        let percent = if breaker.slow_percent == 0 { 100 } else { breaker.slow_percent };
        Some(("slow_ms", format!("{}, {percent}", model::grouped(millis?))))
    }

    fn group(&mut self, breaker: &BreakerOptions, owner: Owner) -> Option<(&'static str, String)> {
        let name = &breaker.group;
        let is_word = |character: char| character.is_ascii_alphanumeric() || "_-./".contains(character);
        if !name.chars().all(is_word) {
            let message = format!("invalid `group: {name:?}`");
            self.error("E0404", (owner, GROUP), message, "use letters, digits, `_`, `-`, `.` and `/`");
        }
        (!name.is_empty()).then(|| ("group", format!("{name:?}")))
    }

    fn check_percent(&mut self, name: &str, percent: u32, owner: Owner, field: &[i32]) {
        if percent > 100 {
            self.error("E0404", (owner, field), format!("invalid `{name}: {percent}`"), "use 1 to 100");
        }
    }

    pub(super) fn bulkhead(&mut self, bulkhead: &BulkheadOptions, owner: Owner) -> (u32, u32) {
        if bulkhead.max_in_flight == 0 {
            let message = "`bulkhead` without `max_in_flight`".to_owned();
            self.error("E0407", (owner, MAX_IN_FLIGHT), message, "set it to the most calls in flight, at least 1");
        }
        (bulkhead.max_in_flight, bulkhead.max_queued)
    }
}
