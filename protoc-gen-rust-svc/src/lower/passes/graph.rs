//! Reachability between messages.

use std::collections::{BTreeMap, BTreeSet};

pub(super) fn leads_to(edges: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(name) = todo.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            todo.extend(edges.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    false
}
