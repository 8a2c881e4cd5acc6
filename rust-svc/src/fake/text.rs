//! What a test's author reads when a fake was used in another way than scripted.

use std::{
    fmt::{Debug, Display},
    sync::Arc,
};

use crate::{
    Context, Method, Value,
    fake::{Record, Shape, Times, rule::Rule, session::Entry},
};

/// A call that no script answers: what it asked for, why the closest script does not answer it, and what went before.
///
/// ```text
/// inventory.v1.InventoryService/ReserveItems: call #4 was unexpected: no script answers it
///   request   ReserveItemsRequest { product_id: "A", quantity: 0 }
///   metadata  x-tenant: "t1"
///   deadline  298ms
///   closest   tests/order.rs:41:8: expected quantity: 2, got quantity: 0
///   used up   tests/order.rs:38:8: answered 1 call, was to answer exactly once
///   log       #1 CheckStock ok | #2 ReserveItems ok | #3 CheckStock UNAVAILABLE | #4 ReserveItems running
/// ```
pub(super) fn miss<S: Shape>(
    method: &Method,
    call: &Record<S::Message>,
    rules: &[Arc<Rule<S>>],
    request: Option<&S::Message>,
    cx: &Context,
    entries: &[Entry],
) -> String {
    let mut lines = vec![format!("{}: call #{} was unexpected: no script answers it", method.full_name(), call.number)];
    let mut line = |label: &str, text: &dyn Display| lines.push(format!("  {label:<9} {text}"));
    if let Some(request) = request {
        line("request", &format_args!("{request:?}"));
    }
    for (key, value) in call.metadata().iter() {
        line("metadata", &format_args!("{key}: {value:?}"));
    }
    if let Some(budget) = call.deadline_budget() {
        line("deadline", &format_args!("{budget:?}"));
    }
    let (used_up, rest): (Vec<_>, Vec<_>) = rules.iter().partition(|rule| !rule.times.allows_more(rule.used()));
    let obstacles = rest.iter().map(|rule| (rule.location, rule.obstacles(request, cx)));
    match obstacles.min_by_key(|(_, obstacles)| obstacles.len()) {
        Some((location, obstacles)) => line("closest", &format_args!("{location}: {}", obstacles.join("; "))),
        None if used_up.is_empty() => line("scripts", &"none"),
        None => (),
    }
    for rule in used_up {
        line(
            "used up",
            &format_args!("{}: answered {}, was to answer {}", rule.location, calls(rule.used()), rule.times),
        );
    }
    line("log", &log(entries));
    lines.join("\n")
}

/// A call that went another way than its script says.
pub(super) fn unexpected(method: &Method, number: usize, what: &str) -> String {
    format!("{}: call #{number} was unexpected: {what}", method.full_name())
}

/// A script that has calls left to answer.
pub(super) fn unused<S: Shape>(method: &Method, rule: &Rule<S>) -> String {
    let (name, location) = (method.full_name(), rule.location);
    format!("{name}: the script at {location} was to answer {}, and answered {}", rule.times, calls(rule.used()))
}

pub(super) fn not_called<Q: Debug>(method: &Method, times: Times, records: &[Record<Q>]) -> String {
    let first = format!("{} was to be called {times}, and got {}", method.full_name(), calls(records.len()));
    let records = records.iter().map(|record| {
        let ended = record.outcome().map_or("running".to_owned(), |outcome| outcome.to_string());
        format!("  #{} {ended}: {}", record.number, requests(record.requests()))
    });
    std::iter::once(first).chain(records).collect::<Vec<_>>().join("\n")
}

pub(super) fn not_in_order(methods: &[Method], missing: usize, entries: &[Entry]) -> String {
    let names: Vec<_> = methods.iter().map(Method::name).collect();
    let after = missing.checked_sub(1).map_or(String::new(), |before| format!(" after {}", names[before]));
    let wanted = names.join(", ");
    format!(
        "expected the calls {wanted}, in this order; there is no {}{after}\n  log: {}",
        names[missing],
        log(entries)
    )
}

/// All calls in one line.
pub(super) fn log(entries: &[Entry]) -> String {
    let ended = |entry: &Entry| entry.outcome.get().map_or("running".to_owned(), ToString::to_string);
    let calls = entries.iter().enumerate();
    let calls = calls.map(|(index, entry)| format!("#{} {} {}", index + 1, entry.method.name(), ended(entry)));
    calls.collect::<Vec<_>>().join(" | ")
}

/// Panics with all that is wrong, if anything is.
#[track_caller]
pub(super) fn assert_none(wrong: &[String]) {
    match wrong {
        [] => (),
        [one] => panic!("{one}"),
        many => panic!("{} things were not as scripted\n{}", many.len(), many.join("\n")),
    }
}

/// The lines in which two messages differ, as in `quantity: 2, got quantity: 0`.
pub(super) fn difference<Q: Debug>(expected: &Q, got: Option<&Q>) -> String {
    let Some(got) = got else { return format!("expected {expected:?}, got nothing") };
    let (expected_lines, got_lines) = (format!("{expected:#?}"), format!("{got:#?}"));
    if expected_lines.lines().count() != got_lines.lines().count() {
        return format!("expected {expected:?}, got {got:?}");
    }
    let tidy = |line: &str| line.trim().trim_end_matches(',').to_owned();
    let pairs = expected_lines.lines().zip(got_lines.lines()).filter(|(expected, got)| expected != got);
    let pairs = pairs.map(|(expected, got)| format!("expected {}, got {}", tidy(expected), tidy(got)));
    pairs.collect::<Vec<_>>().join("; ")
}

/// All values of a key.
pub(super) fn values(values: &[&Value]) -> String {
    match values {
        [] => "none".to_owned(),
        values => values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(", "),
    }
}

fn calls(count: usize) -> String {
    match count {
        0 => "no call".to_owned(),
        1 => "1 call".to_owned(),
        count => format!("{count} calls"),
    }
}

fn requests<Q: Debug>(requests: &[Q]) -> String {
    match requests {
        [] => "no request".to_owned(),
        requests => requests.iter().map(|request| format!("{request:?}")).collect::<Vec<_>>().join(", "),
    }
}
