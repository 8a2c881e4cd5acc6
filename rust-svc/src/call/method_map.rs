//! What is kept for each method, found without a lock.

#[cfg(feature = "metrics")]
use std::iter::successors;
use std::sync::OnceLock;

/// How many rows there are; methods that share one are looked at in turn.
const ROWS: usize = 64;

/// Values by the names of methods. It only grows: there are as many methods as contracts declare.
pub(crate) struct MethodMap<T>([Row<T>; ROWS]);

type Row<T> = OnceLock<Box<Entry<T>>>;

struct Entry<T> {
    method: &'static str,
    value: T,
    next: Row<T>,
}

impl<T> MethodMap<T> {
    /// The value of a method, made if there is none.
    pub(crate) fn get(&self, method: &'static str, make: impl Fn() -> T) -> &T {
        let mut row = &self.0[row(method)];
        loop {
            let entry = row.get_or_init(|| Box::new(Entry { method, value: make(), next: OnceLock::new() }));
            if entry.is_of(method) {
                return &entry.value;
            }
            row = &entry.next;
        }
    }

    /// All methods and their values.
    #[cfg(feature = "metrics")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        let rows = self.0.iter().flat_map(|row| successors(row.get(), |entry| entry.next.get()));
        rows.map(|entry| (entry.method, &entry.value))
    }
}

impl<T> Entry<T> {
    /// A name is nearly always the same text at the same place.
    fn is_of(&self, method: &str) -> bool {
        std::ptr::eq(self.method, method) || self.method == method
    }
}

/// Names of one service differ at their ends.
fn row(method: &str) -> usize {
    let end = method.as_bytes().last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
    (end.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % ROWS
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
        let (table, made) = (MethodMap::default(), AtomicU32::new(0));
        let find = |name: &&'static str| *table.get(name, || made.fetch_add(1, Relaxed));
        let all = || names.iter().map(find).collect::<Vec<_>>();
        std::thread::scope(|scope| (0..4).for_each(|_| _ = scope.spawn(all)));
        let found = all();
        assert_eq!((made.load(Relaxed), all()), (500, found.clone()));
        assert_eq!(find(&&*format!("test.v1.Test/{}", 7).leak()), found[7], "whatever its address");
    }
}
