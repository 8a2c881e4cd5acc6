//! Failures that a test has not read yet.

use std::{collections::BTreeMap, sync::Mutex};

use crate::fake::lock::lock;

/// The most failures that are kept of one fake. The first ones explain the others.
const MAX_FAILURES: usize = 100;

/// The failures of a session, in the order in which they happened. It keeps a bounded number of them.
#[derive(Default)]
pub(in crate::fake) struct Failures(Mutex<FailureList>);

#[derive(Default)]
struct FailureList {
    failures: Vec<TestFailure>,
    counts: BTreeMap<usize, usize>,
}

/// A failure, and the fake that it is about.
struct TestFailure {
    member: usize,
    text: String,
}

impl Failures {
    /// Adds a failure of a fake. `text` is called only if the failure is kept.
    pub(in crate::fake) fn add(&self, member: usize, text: impl FnOnce() -> String) {
        let is_kept = {
            let mut kept = lock(&self.0);
            let count = kept.counts.entry(member).or_default();
            *count += 1;
            *count <= MAX_FAILURES
        };
        if is_kept {
            let text = text();
            lock(&self.0).failures.push(TestFailure { member, text });
        }
    }

    /// Returns all failures.
    pub(in crate::fake) fn list(&self) -> Vec<String> {
        lock(&self.0).failures.iter().map(|failure| failure.text.clone()).collect()
    }

    /// Removes and returns all failures.
    pub(in crate::fake) fn take(&self) -> Vec<String> {
        let FailureList { failures, counts } = std::mem::take(&mut *lock(&self.0));
        let more: usize = counts.values().map(|count| count.saturating_sub(MAX_FAILURES)).sum();
        with_rest(failures.into_iter(), more)
    }

    /// Removes and returns the failures of one fake.
    pub(in crate::fake) fn take_of(&self, member: usize) -> Vec<String> {
        let mut kept = lock(&self.0);
        let more = kept.counts.remove(&member).unwrap_or_default().saturating_sub(MAX_FAILURES);
        with_rest(kept.failures.extract_if(.., |failure| failure.member == member), more)
    }
}

fn with_rest(failures: impl Iterator<Item = TestFailure>, more: usize) -> Vec<String> {
    let rest = (more > 0).then(|| format!("and {more} more"));
    failures.map(|failure| failure.text).chain(rest).collect()
}
