//! A limit for diagnostics of one kind, so that one mistake does not hide others.

use std::collections::BTreeMap;

/// Counts diagnostics by kind.
#[derive(Debug)]
pub(crate) struct KindLimit {
    most: usize,
    counts: BTreeMap<String, usize>,
}

impl KindLimit {
    /// Admits a number of each kind.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counts: BTreeMap::new() }
    }

    /// Whether a diagnostic is one of the first of its kind.
    pub(crate) fn admits(&mut self, kind: &str) -> bool {
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        *count <= self.most
    }

    /// The kinds of which there are more, and how many more.
    pub(crate) fn rest(&self) -> impl Iterator<Item = (&str, usize)> {
        let more = self.counts.iter().filter(|(_, count)| **count > self.most);
        more.map(|(kind, count)| (kind.as_str(), count - self.most))
    }
}
