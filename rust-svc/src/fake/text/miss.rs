//! Calls without a script.

use std::{fmt::Display, sync::Arc, time::Duration};

use super::{json, words::calls};
use crate::{
    Context, Error,
    fake::{CallRecord, erased::AnyMessage, script::InstalledScript},
};

/// The most differences of the closest script that are shown.
const MAX_DIFFERENCES: usize = 8;

/// A call without a script, and why no script responds to it.
pub(in crate::fake) struct Miss<'a> {
    pub(in crate::fake) label: &'a str,
    pub(in crate::fake) call: &'a CallRecord<AnyMessage, AnyMessage>,
    pub(in crate::fake) scripts: &'a [Arc<InstalledScript>],
    pub(in crate::fake) request: Option<&'a AnyMessage>,
    pub(in crate::fake) cx: &'a Context,
    /// The violation of the contract by the request.
    pub(in crate::fake) violation: Option<&'a Error>,
}

impl Miss<'_> {
    /// Returns the call and the reason.
    ///
    /// ```text
    /// inventory.v1.InventoryService/ReserveItems: call #4 was unexpected: no script responds to it
    ///   request   {"product_id":"A","quantity":0}
    ///   metadata  x-tenant: "t1"
    ///   deadline  298ms
    ///   used up   tests/order.rs:38:8: responded to 1 call, was to respond exactly once
    ///   closest   tests/order.rs:41:8: quantity: expected 2, got 0
    /// ```
    pub(in crate::fake) fn text(&self) -> String {
        let why = match self.violation {
            Some(_) => "its request violates the contract",
            None => "no script responds to it",
        };
        let head = match self.call.number() {
            // It is only explained.
            0 => format!("{}: {why}", self.label),
            number => format!("{}: call #{number} was unexpected: {why}", self.label),
        };
        [vec![head], self.describe_call(), self.scripts()].concat().join("\n")
    }

    fn scripts(&self) -> Vec<String> {
        match self.violation {
            Some(error) => vec![line("contract", error.message())],
            None => [self.used_up(), self.closest()].concat(),
        }
    }

    fn describe_call(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.request.map(|request| line("request", json::of(request))));
        lines.extend(self.call.metadata().iter().map(|(key, value)| line("metadata", format!("{key}: {value:?}"))));
        lines.extend(self.call.deadline_budget().map(|budget| line("deadline", format!("{:?}", rounded(budget)))));
        lines
    }

    /// Scripts that match, but have no calls left.
    fn used_up(&self) -> Vec<String> {
        let scripts = self.scripts.iter().filter(|script| script.is_used_up() && script.is_met(self.request, self.cx));
        let text = |script: &Arc<InstalledScript>| {
            format!("{}: responded to {}, was to respond {}", script.location, calls(script.used()), script.times)
        };
        scripts.map(|script| line("used up", text(script))).collect()
    }

    /// Returns the script with the fewest unmet conditions, and of those the one with the fewest differences.
    fn closest(&self) -> Vec<String> {
        let differences =
            self.scripts.iter().map(|script| (&script.location, script.differences(self.request, self.cx)));
        let unmet = differences.filter(|(_, found)| !found.is_empty());
        match unmet.min_by_key(|(_, found)| (found.len(), found.iter().map(Vec::len).sum::<usize>())) {
            Some((location, found)) => {
                let found = found.concat();
                let more = found.len().saturating_sub(MAX_DIFFERENCES);
                let rest = (more > 0).then(|| format!("{more} more differences"));
                let found: Vec<_> = found.into_iter().take(MAX_DIFFERENCES).chain(rest).collect();
                vec![line("closest", format!("{location}: {}", found.join("; ")))]
            }
            None if self.scripts.is_empty() => vec![line("scripts", "none")],
            None => Vec::new(),
        }
    }
}

fn line(label: &str, text: impl Display) -> String {
    format!("  {label:<9} {text}")
}

/// Returns the duration in whole milliseconds, since more digits only hide them.
fn rounded(duration: Duration) -> Duration {
    Duration::from_millis(u64::try_from((duration.as_micros() + 500) / 1000).unwrap_or(u64::MAX))
}
