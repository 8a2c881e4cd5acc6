//! What is kept for each server that clients call, and each of its methods, found without a lock.

use std::{
    iter::{once, successors},
    sync::OnceLock,
};

use triomphe::Arc;

use super::labels::Named;
use crate::{call::method::MethodMap, intercept::Target};

/// How many targets are told apart. A process calls a few servers; one whose addresses change must not grow for ever.
const MAX_TARGETS: usize = 100;

/// Values by targets and the names of methods.
pub(super) struct ByTarget<T> {
    /// Those of calls to this process, and of all targets beyond those that are told apart.
    unnamed: MethodMap<T>,
    named: Next<T>,
}

type Next<T> = OnceLock<Box<Entry<T>>>;

struct Entry<T> {
    target: Arc<Target>,
    methods: MethodMap<T>,
    next: Next<T>,
}

impl<T> ByTarget<T> {
    /// The value of a method of a target, made if there is none.
    pub(super) fn get(&self, target: Option<&Arc<Target>>, method: &'static str, make: impl Fn() -> T) -> &T {
        let named = target.and_then(|target| self.named(target));
        named.unwrap_or(&self.unnamed).get(method, make)
    }

    fn named(&self, target: &Arc<Target>) -> Option<&MethodMap<T>> {
        let mut place = &self.named;
        for _ in 0..MAX_TARGETS {
            let entry = place.get_or_init(|| Box::new(Entry::new(target)));
            if entry.is_of(target) {
                return Some(&entry.methods);
            }
            place = &entry.next;
        }
        None
    }

    /// All values, and what they are of.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Named, &T)> {
        let entries = successors(self.named.get(), |entry| entry.next.get());
        let named = entries.map(|entry| (Some(entry.target.clone()), &entry.methods));
        once((None, &self.unnamed)).chain(named).flat_map(|(target, methods)| {
            let named = move |method| Named { method, target: target.clone() };
            methods.iter().map(move |(method, value)| (named(method), value))
        })
    }
}

impl<T> Entry<T> {
    fn new(target: &Arc<Target>) -> Self {
        Self { target: target.clone(), methods: MethodMap::default(), next: OnceLock::new() }
    }

    /// The calls of a client have one target, at the same place.
    fn is_of(&self, target: &Arc<Target>) -> bool {
        Arc::ptr_eq(&self.target, target) || self.target == *target
    }
}

impl<T> Default for ByTarget<T> {
    fn default() -> Self {
        Self { unnamed: MethodMap::default(), named: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::{Arc, ByTarget, MAX_TARGETS, Target};

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

    #[test]
    fn targets_beyond_those_that_are_told_apart_count_as_one() {
        let (table, made) = (ByTarget::default(), AtomicU32::new(0));
        for port in 0..10 * MAX_TARGETS {
            let target = Arc::new(Target::from(format!("http://a:{port}").as_str()));
            table.get(Some(&target), "A", || made.fetch_add(1, Relaxed));
        }
        assert_eq!(table.iter().count(), MAX_TARGETS + 1);
        assert_eq!(table.iter().filter(|(named, _)| named.target.is_none()).count(), 1);
    }
}
