//! A value for each method of each target of a client, found without a lock.

use std::{
    iter::{once, successors},
    sync::OnceLock,
};

use triomphe::Arc;

use super::labels::MethodLabels;
use crate::{call::method::MethodMap, intercept::Target};

/// The most targets with values of their own, so that a process with changing targets does not grow without bound.
const MAX_TARGETS: usize = 100;

/// A map from targets and names of methods.
pub(super) struct TargetMap<T> {
    /// The values of received calls, and of all targets after the first [`MAX_TARGETS`].
    unnamed: MethodMap<T>,
    named: NextTarget<T>,
}

type NextTarget<T> = OnceLock<Box<TargetEntry<T>>>;

struct TargetEntry<T> {
    target: Arc<Target>,
    methods: MethodMap<T>,
    next: NextTarget<T>,
}

impl<T> TargetMap<T> {
    /// Returns the value of a method of a target, creating it if there is none.
    pub(super) fn get(&self, target: Option<&Arc<Target>>, method: &'static str, create: impl Fn() -> T) -> &T {
        let named = target.and_then(|target| self.named(target));
        named.unwrap_or(&self.unnamed).get(method, create)
    }

    fn named(&self, target: &Arc<Target>) -> Option<&MethodMap<T>> {
        let mut next = &self.named;
        for _ in 0..MAX_TARGETS {
            let entry = next.get_or_init(|| Box::new(TargetEntry::new(target)));
            if entry.has_target(target) {
                return Some(&entry.methods);
            }
            next = &entry.next;
        }
        None
    }

    /// Returns all values with their labels.
    pub(super) fn iter(&self) -> impl Iterator<Item = (MethodLabels, &T)> {
        let entries = successors(self.named.get(), |entry| entry.next.get());
        let named = entries.map(|entry| (Some(entry.target.clone()), &entry.methods));
        once((None, &self.unnamed)).chain(named).flat_map(|(target, methods)| {
            let named = move |method| MethodLabels { method, target: target.clone() };
            methods.iter().map(move |(method, value)| (named(method), value))
        })
    }
}

impl<T> TargetEntry<T> {
    fn new(target: &Arc<Target>) -> Self {
        Self { target: target.clone(), methods: MethodMap::default(), next: OnceLock::new() }
    }

    /// Compares addresses first: the calls of a client share one target.
    fn has_target(&self, target: &Arc<Target>) -> bool {
        Arc::ptr_eq(&self.target, target) || self.target == *target
    }
}

impl<T> Default for TargetMap<T> {
    fn default() -> Self {
        Self { unnamed: MethodMap::default(), named: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::{Arc, MAX_TARGETS, Target, TargetMap};

    #[test]
    fn each_method_of_each_target_has_one_value() {
        let (table, made) = (TargetMap::default(), AtomicU32::new(0));
        let targets = [None, Some("http://a:1"), Some("http://a:2"), Some("unix:/a")];
        let find = |text: &Option<&str>, method| {
            let target = text.map(|text| Arc::new(Target::from(text)));
            *table.get(target.as_ref(), method, || made.fetch_add(1, Relaxed))
        };
        let all =
            || targets.iter().flat_map(|target| ["A", "B"].map(|method| find(target, method))).collect::<Vec<_>>();
        let found = all();
        assert_eq!((found.clone(), all()), ((0..8).collect(), found), "equal targets share a value");
        let known: Vec<_> = table.iter().map(|(named, value)| (named.target.is_some(), *value)).collect();
        assert_eq!((known.len(), known.iter().filter(|(has_target, _)| *has_target).count()), (8, 6));
    }

    #[test]
    fn targets_beyond_the_limit_share_a_value() {
        let (table, made) = (TargetMap::default(), AtomicU32::new(0));
        for port in 0..10 * MAX_TARGETS {
            let target = Arc::new(Target::from(format!("http://a:{port}").as_str()));
            table.get(Some(&target), "A", || made.fetch_add(1, Relaxed));
        }
        assert_eq!(table.iter().count(), MAX_TARGETS + 1);
        assert_eq!(table.iter().filter(|(named, _)| named.target.is_none()).count(), 1);
    }
}
