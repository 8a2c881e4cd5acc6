//! Work on all processors.

use std::{
    panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Deeply nested types and long call chains are printed recursively.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Applies `function` to each item, on as many threads as there are processors. The results are in the order of the items.
pub(super) fn parallel_map<T: Sync, R: Send>(items: &[T], function: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let next = || {
            let index = next.fetch_add(1, Ordering::Relaxed);
            items.get(index).map(|item| (index, function(item)))
        };
        std::iter::from_fn(next).collect::<Vec<_>>()
    };
    let mut results = thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(1, usize::from).min(items.len());
        let spawn = |_| thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).ok();
        let threads: Vec<_> = (0..count).filter_map(spawn).collect();
        let results =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        results.flatten().collect::<Vec<_>>()
    });
    // If no thread could be started, this thread does the work.
    results.extend(work());
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::parallel_map;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(parallel_map(&items, |item| item * 2), (0..2000).step_by(2).collect::<Vec<_>>());
        assert!(parallel_map(&[], |(): &()| ()).is_empty());
    }
}
