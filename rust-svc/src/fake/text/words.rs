//! Numbers and values in words.

use crate::Value;

/// Returns the number of calls, as in `1 call`.
pub(in crate::fake) fn calls(count: usize) -> String {
    match count {
        0 => "no call".to_owned(),
        1 => "1 call".to_owned(),
        count => format!("{count} calls"),
    }
}

/// Returns all values of a key of metadata.
pub(in crate::fake) fn values<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let values: Vec<_> = values.map(|value| format!("{value:?}")).collect();
    if values.is_empty() { "none".to_owned() } else { values.join(", ") }
}
