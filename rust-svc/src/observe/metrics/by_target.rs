//! What is kept for each server that clients call, and each of its methods, found without a lock.

use std::{iter::successors, sync::OnceLock};

use triomphe::Arc;

use super::labels::Named;
use crate::{by_method::ByMethod, intercept::Target};

/// Values by targets and the names of methods. It only grows: a process calls a few servers. Calls to this process have no
/// target.
pub(super) struct ByTarget<T>(OnceLock<Box<Entry<T>>>);

struct Entry<T> {
    target: Option<Arc<Target>>,
    methods: ByMethod<T>,
    next: ByTarget<T>,
}

impl<T> ByTarget<T> {
    /// The value of a method of a target, made if there is none.
    pub(super) fn get(&self, target: Option<&Arc<Target>>, method: &'static str, make: impl Fn() -> T) -> &T {
        let mut place = self;
        loop {
            let entry = place.0.get_or_init(|| Box::new(Entry::new(target)));
            if entry.is_of(target) {
                return entry.methods.get(method, make);
            }
            place = &entry.next;
        }
    }

    /// All values, and what they are of.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Named, &T)> {
        successors(self.0.get(), |entry| entry.next.0.get()).flat_map(|entry| {
            let named = |method| Named { method, target: entry.target.clone() };
            entry.methods.iter().map(move |(method, value)| (named(method), value))
        })
    }
}

impl<T> Entry<T> {
    fn new(target: Option<&Arc<Target>>) -> Self {
        Self { target: target.cloned(), methods: ByMethod::default(), next: ByTarget::default() }
    }

    /// The calls of a client have one target, at the same place.
    fn is_of(&self, target: Option<&Arc<Target>>) -> bool {
        match (&self.target, target) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other) || own == other,
            (own, other) => own.is_none() && other.is_none(),
        }
    }
}

impl<T> Default for ByTarget<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::{Arc, ByTarget, Target};

    #[test]
    fn each_method_of_each_target_has_one_value() {
        let (table, made) = (ByTarget::default(), AtomicU32::new(0));
        let targets = [None, Some("http://a:1"), Some("http://a:2"), Some("unix:/a")];
        let find = |text: &Option<&str>, method| {
            let target = text.map(|text| Arc::new(Target::from(text)));
            *table.get(target.as_ref(), method, || made.fetch_add(1, Relaxed))
        };
        let all =
            || targets.iter().flat_map(|target| ["A", "B"].map(|method| find(target, method))).collect::<Vec<_>>();
        let found = all();
        assert_eq!((found.clone(), all()), ((0..8).collect(), found), "a target is known by where it leads");
        let known: Vec<_> = table.iter().map(|(named, value)| (named.target.is_some(), *value)).collect();
        assert_eq!((known.len(), known.iter().filter(|(has_target, _)| *has_target).count()), (8, 6));
    }
}
