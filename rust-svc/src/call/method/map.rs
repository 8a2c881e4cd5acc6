//! A value for each method, found without a lock.

#[cfg(feature = "metrics")]
use std::iter::successors;
use std::sync::OnceLock;

/// The number of buckets. Methods in one bucket form a list.
const BUCKETS: usize = 64;

/// A map from the names of methods. It only grows, up to the number of methods in the process's contracts.
pub(crate) struct MethodMap<T>([Bucket<T>; BUCKETS]);

type Bucket<T> = OnceLock<Box<MethodEntry<T>>>;

struct MethodEntry<T> {
    method: &'static str,
    value: T,
    next: Bucket<T>,
}

impl<T> MethodMap<T> {
    /// Returns the value of a method, creating it if there is none.
    pub(crate) fn get(&self, method: &'static str, create: impl Fn() -> T) -> &T {
        let mut bucket = &self.0[index(method)];
        loop {
            let entry = bucket.get_or_init(|| Box::new(MethodEntry { method, value: create(), next: OnceLock::new() }));
            if entry.has_name(method) {
                return &entry.value;
            }
            bucket = &entry.next;
        }
    }

    /// Returns all methods and their values.
    #[cfg(feature = "metrics")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        let entries = self.0.iter().flat_map(|bucket| successors(bucket.get(), |entry| entry.next.get()));
        entries.map(|entry| (entry.method, &entry.value))
    }
}

impl<T> MethodEntry<T> {
    /// Compares addresses first: a method's name is nearly always the same constant.
    fn has_name(&self, method: &str) -> bool {
        std::ptr::eq(self.method, method) || self.method == method
    }
}

/// Hashes the end of a name, where the methods of a service differ.
fn index(method: &str) -> usize {
    let end = method.as_bytes().last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
    (end.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % BUCKETS
}

impl<T> Default for MethodMap<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::MethodMap;

    #[test]
    fn each_method_has_one_value() {
        let names: Vec<&'static str> = (0..500).map(|number| &*format!("test.v1.Test/{number}").leak()).collect();
        let (map, created) = (MethodMap::default(), AtomicU32::new(0));
        let find = |name: &&'static str| *map.get(name, || created.fetch_add(1, Relaxed));
        let all = || names.iter().map(find).collect::<Vec<_>>();
        std::thread::scope(|scope| (0..4).for_each(|_| _ = scope.spawn(all)));
        let found = all();
        assert_eq!((created.load(Relaxed), all()), (500, found.clone()));
        assert_eq!(find(&&*format!("test.v1.Test/{}", 7).leak()), found[7], "an equal name at another address");
    }
}
