//! A list that grows without a lock.

use std::sync::OnceLock;

/// The size of the first block. Each block is as large as all before it together.
const FIRST: usize = 8;
const BLOCKS: usize = 24;

/// A list whose items are created when they are first used. Items never move.
#[derive(Debug)]
pub(super) struct GrowingList<T>([OnceLock<Box<[T]>>; BLOCKS]);

impl<T: Default> GrowingList<T> {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }

    /// Returns an item, creating it if necessary.
    pub(super) fn get(&self, index: usize) -> &T {
        let (block, start, size) = locate(index);
        let items = self.0[block].get_or_init(|| (0..size).map(|_| T::default()).collect());
        &items[(index - start) % size]
    }
}

/// Returns the block of an index, the index of its first item, and its size.
fn locate(index: usize) -> (usize, usize, usize) {
    let block = (index / FIRST).checked_ilog2().map_or(0, |log| log as usize + 1).min(BLOCKS - 1);
    match block {
        0 => (0, 0, FIRST),
        _ => (block, FIRST << (block - 1), FIRST << (block - 1)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    #[test]
    fn each_index_has_its_own_item() {
        let list = GrowingList::<AtomicUsize>::new();
        (0..1000).rev().for_each(|index| list.get(index).store(index + 1, Relaxed));
        assert!((0..1000).all(|index| list.get(index).load(Relaxed) == index + 1));
        assert_eq!([0, 7, 8, 15, 16, 31, 32].map(locate).map(|(block, ..)| block), [0, 0, 1, 1, 2, 2, 3]);
    }
}
