//! Reserved numbers and names.

use std::ops::RangeInclusive;

use super::Change;
use crate::model::Reserved;

/// Reports numbers and names that are no longer reserved.
pub(super) fn compare(change: Change, old: &Reserved, new: &Reserved) -> Change {
    let numbers = old.numbers.iter().flat_map(|range| without(range, &new.numbers)).map(|range| range_text(&range));
    let names = old.names.iter().filter(|name| !new.has_name(name)).map(|name| format!("{name:?}"));
    let free: Vec<_> = numbers.chain(names).collect();
    if free.is_empty() {
        return change;
    }
    let change = change.and(&format!("no longer reserves {}", free.join(", "))).wire(true).http(true);
    change.help("peers that still send it are misread once it is reused")
}

/// The parts of a range that no other range covers.
fn without(range: &RangeInclusive<i32>, others: &[RangeInclusive<i32>]) -> Vec<RangeInclusive<i64>> {
    let wide = |range: &RangeInclusive<i32>| i64::from(*range.start())..=i64::from(*range.end());
    let mut parts = vec![wide(range)];
    let meets = |other: &&RangeInclusive<i32>| other.start() <= range.end() && range.start() <= other.end();
    for other in others.iter().filter(meets).map(wide) {
        let cut = |part: RangeInclusive<i64>| {
            let before = *part.start()..=*part.end().min(&(other.start() - 1));
            [before, *part.start().max(&(other.end() + 1))..=*part.end()]
        };
        parts = parts.into_iter().flat_map(cut).filter(|part| !part.is_empty()).collect();
    }
    parts
}

/// Prints a range as in a `.proto` file.
fn range_text(range: &RangeInclusive<i64>) -> String {
    match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start} to {end}"),
    }
}
