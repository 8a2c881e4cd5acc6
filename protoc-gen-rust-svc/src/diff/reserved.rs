//! Numbers and names that were kept from being used again.

use std::ops::RangeInclusive;

use super::Change;
use crate::model::Reserved;

/// Says which of them are free now.
pub(super) fn freed(change: Change, old: &Reserved, new: &Reserved) -> Change {
    let numbers = old.numbers.iter().flat_map(|range| without(range, &new.numbers)).map(|range| shown(&range));
    let names = old.names.iter().filter(|name| !new.has_name(name)).map(|name| format!("{name:?}"));
    let free: Vec<_> = numbers.chain(names).collect();
    if free.is_empty() {
        return change;
    }
    let change = change.and(&format!("does not reserve {} any more", free.join(", "))).wire(true).http(true);
    change.help("who still sends what it was is misread once it is used again")
}

/// What is left of a range.
fn without(range: &RangeInclusive<i32>, others: &[RangeInclusive<i32>]) -> Vec<RangeInclusive<i64>> {
    let wide = |range: &RangeInclusive<i32>| i64::from(*range.start())..=i64::from(*range.end());
    let mut parts = vec![wide(range)];
    for other in others.iter().map(wide) {
        let cut = |part: RangeInclusive<i64>| {
            let before = *part.start()..=*part.end().min(&(other.start() - 1));
            [before, *part.start().max(&(other.end() + 1))..=*part.end()]
        };
        parts = parts.into_iter().flat_map(cut).filter(|part| !part.is_empty()).collect();
    }
    parts
}

/// As a `.proto` has it.
fn shown(range: &RangeInclusive<i64>) -> String {
    match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start} to {end}"),
    }
}
