//! Reports of all failures of a test.

use std::fmt::Debug;

use super::{json, words::calls};
use crate::fake::{CallRecord, Times, session::CallLog};

/// The most calls that a failure shows: the first.
const MAX_CALLS: usize = 5;

/// Returns all failures with the end of the log; `None` if there are none.
pub(in crate::fake) fn of(failures: &[String], log: &CallLog) -> Option<String> {
    let head = match failures {
        [] => return None,
        [one] => one.clone(),
        several => format!("{} things were not as scripted\n{}", several.len(), several.join("\n")),
    };
    let log = log.tail();
    Some(if log.is_empty() { head } else { format!("{head}\n  log       {log}") })
}

/// Panics with all failures, if there are any.
#[track_caller]
pub(in crate::fake) fn assert_none(failures: &[String], log: &CallLog) {
    if let Some(report) = of(failures, log) {
        panic!("{report}");
    }
}

/// Returns the failure for a wrong number of calls.
pub(in crate::fake) fn not_called<Q: Debug, R>(
    label: &str,
    times: Times,
    count: usize,
    records: &[CallRecord<Q, R>],
) -> String {
    let first = format!("{label} was to be called {times}, and got {}", calls(count));
    let shown = records.iter().take(MAX_CALLS).map(|record| {
        let outcome = record.outcome().map_or("running".to_owned(), |outcome| outcome.to_string());
        format!("  #{} {outcome}: {}", record.number(), requests(record.requests()))
    });
    let rest = (count > MAX_CALLS).then(|| format!("  and {} more", count - MAX_CALLS));
    std::iter::once(first).chain(shown).chain(rest).collect::<Vec<_>>().join("\n")
}

fn requests<Q: Debug>(requests: &[Q]) -> String {
    match requests {
        [] => "no request".to_owned(),
        requests => requests.iter().take(3).map(json::of).collect::<Vec<_>>().join(", "),
    }
}
