//! A value for each thread.

use std::{
    iter::from_fn,
    sync::{Mutex, OnceLock, PoisonError},
};

/// The number of rows. Each has twice as many slots as the one before, so all have more than a system has threads.
const ROWS: usize = 32;

/// The slots of threads. A new thread takes the slot of one that ended, so there are as many as concurrent threads.
static SLOTS: Mutex<Slots> = Mutex::new(Slots { next: ENDING + 1, free: Vec::new() });

/// The slot of all threads that have dropped their own because they end.
const ENDING: usize = 0;

/// Locked by the thread that uses the slot [`ENDING`].
static ENDING_LOCK: Mutex<()> = Mutex::new(());

thread_local! {
    static SLOT: ThreadSlot = ThreadSlot::take();
}

/// A value for each thread, created on first use. It remains when the thread ends.
pub(super) struct PerThread<T>([OnceLock<Box<[OnceLock<T>]>>; ROWS]);

struct Slots {
    next: usize,
    free: Vec<usize>,
}

/// The slot of a thread.
struct ThreadSlot(usize);

impl<T: Default> PerThread<T> {
    /// Creates a value without threads.
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }

    /// Passes the value of this thread to `work`. No other thread uses it at the same time.
    pub(super) fn own(&self, work: impl FnOnce(&T)) {
        match SLOT.try_with(|slot| slot.0) {
            Ok(slot) => work(self.at(slot)),
            // A call may be dropped with the thread-local values of its thread.
            Err(_) => {
                let _alone = ENDING_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
                work(self.at(ENDING));
            }
        }
    }

    /// Returns the values of all threads.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(OnceLock::get).flatten().filter_map(OnceLock::get)
    }

    fn at(&self, slot: usize) -> &T {
        let row = (slot + 1).ilog2();
        let slots = 1 << row;
        let row = self.0[row as usize].get_or_init(|| from_fn(|| Some(OnceLock::new())).take(slots).collect());
        row[slot + 1 - slots].get_or_init(T::default)
    }
}

impl ThreadSlot {
    fn take() -> Self {
        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        Self(slots.free.pop().unwrap_or_else(|| {
            slots.next += 1;
            slots.next - 1
        }))
    }
}

impl Drop for ThreadSlot {
    fn drop(&mut self) {
        SLOTS.lock().unwrap_or_else(PoisonError::into_inner).free.push(self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, sync::Arc, thread};

    use super::{super::thread_counters::ThreadCounter, PerThread};

    fn sum(counts: &PerThread<ThreadCounter>) -> u64 {
        counts.iter().map(ThreadCounter::get).sum()
    }

    #[test]
    fn counts_of_all_threads_add_up() {
        let counts = PerThread::<ThreadCounter>::new();
        for _ in 0..10 {
            thread::scope(|scope| {
                for _ in 0..20 {
                    scope.spawn(|| (0..1000).for_each(|_| counts.own(|count| count.add(1))));
                }
            });
        }
        assert_eq!(sum(&counts), 200_000);
        assert!(counts.iter().count() < 100, "slots of ended threads are reused");
    }

    #[test]
    fn an_ending_thread_still_counts() {
        struct AtTheEnd(Arc<PerThread<ThreadCounter>>);
        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                self.0.own(|count| count.add(1));
            }
        }
        thread_local! {
            static BEFORE: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
            static AFTER: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
        }
        let counts = Arc::new(PerThread::new());
        let threads = (0..20).map(|_| {
            let counts = counts.clone();
            thread::spawn(move || {
                BEFORE.with(|before| before.replace(Some(AtTheEnd(counts.clone()))));
                counts.own(|count| count.add(1));
                AFTER.with(|after| after.replace(Some(AtTheEnd(counts.clone()))));
            })
        });
        threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().expect("no panic"));
        assert_eq!(sum(&counts), 60);
    }
}
