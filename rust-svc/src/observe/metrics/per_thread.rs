//! Values of which each thread has one for itself.

use std::{
    iter::from_fn,
    sync::{Mutex, OnceLock, PoisonError},
};

/// How many rows there are, each of twice as many places as the one before: more than a system has threads.
const ROWS: usize = 32;

/// The places of threads, for all values. That of a thread that has ended is the next one's: so there are as many as there
/// were threads at once.
static PLACES: Mutex<Places> = Mutex::new(Places { next: ENDING + 1, free: Vec::new() });

/// The place of all threads that are about to end and have none any more.
const ENDING: usize = 0;

/// Held by the thread that counts there.
static END: Mutex<()> = Mutex::new(());

thread_local! {
    static PLACE: Place = Place::take();
}

/// A value for each thread, made when the thread asks for it; it stays when the thread has ended.
pub(super) struct PerThread<T>([OnceLock<Box<[OnceLock<T>]>>; ROWS]);

struct Places {
    next: usize,
    free: Vec<usize>,
}

/// The place of a thread.
struct Place(usize);

impl<T: Default> PerThread<T> {
    /// Nothing, for no thread.
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }

    /// Does something with the value of this thread, which no other thread does at the same time.
    pub(super) fn own(&self, work: impl FnOnce(&T)) {
        match PLACE.try_with(|place| place.0) {
            Ok(place) => work(self.at(place)),
            // A call may be dropped with what the thread keeps for itself.
            Err(_) => {
                let _alone = END.lock().unwrap_or_else(PoisonError::into_inner);
                work(self.at(ENDING));
            }
        }
    }

    /// The values of all threads.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(OnceLock::get).flatten().filter_map(OnceLock::get)
    }

    fn at(&self, place: usize) -> &T {
        let row = (place + 1).ilog2();
        let places = 1 << row;
        let row = self.0[row as usize].get_or_init(|| from_fn(|| Some(OnceLock::new())).take(places).collect());
        row[place + 1 - places].get_or_init(T::default)
    }
}

impl Place {
    fn take() -> Self {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        Self(places.free.pop().unwrap_or_else(|| {
            places.next += 1;
            places.next - 1
        }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        PLACES.lock().unwrap_or_else(PoisonError::into_inner).free.push(self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, sync::Arc, thread};

    use super::{super::tally::Tally, PerThread};

    fn sum(counts: &PerThread<Tally>) -> u64 {
        counts.iter().map(Tally::get).sum()
    }

    #[test]
    fn what_threads_count_is_counted() {
        let counts = PerThread::<Tally>::new();
        for _ in 0..10 {
            thread::scope(|scope| {
                for _ in 0..20 {
                    scope.spawn(|| (0..1000).for_each(|_| counts.own(|count| count.add(1))));
                }
            });
        }
        assert_eq!(sum(&counts), 200_000);
        assert!(counts.iter().count() < 100, "places of threads that have ended are taken again");
    }

    #[test]
    fn a_thread_that_ends_counts_still() {
        struct AtTheEnd(Arc<PerThread<Tally>>);
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
