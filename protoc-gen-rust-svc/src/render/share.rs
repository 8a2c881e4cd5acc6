//! Work for all processors.

use std::{
    panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// As much as the main thread has: types may be nested deeply.
const STACK: usize = 8 * 1024 * 1024;

/// What `make` makes of each item, in the order of the items.
pub(super) fn each<T: Sync, R: Send>(items: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let next = || {
            let index = next.fetch_add(1, Ordering::Relaxed);
            items.get(index).map(|item| (index, make(item)))
        };
        std::iter::from_fn(next).collect::<Vec<_>>()
    };
    let mut made = thread::scope(|scope| {
        let helpers = 1..thread::available_parallelism().map_or(1, usize::from).min(items.len());
        // Where no thread is to be had, the others do its work.
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let helpers: Vec<_> = helpers.filter_map(spawn).collect();
        let mut made = work();
        for helper in helpers {
            made.extend(helper.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn in_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(each(&items, |item| item * 2), (0..2000).step_by(2).collect::<Vec<_>>());
        assert!(each(&[], |(): &()| ()).is_empty());
    }
}
