//! A schedule that gives endpoints the shares of their weights.

/// The resolution of weights. Smaller shares are rounded up.
const SCALE: u64 = u16::MAX as u64;

/// A schedule without a lock: turns pass over the endpoints, and each one skips as many passes as its weight is below the
/// largest.
#[derive(Clone, Debug)]
pub(super) struct WeightedSchedule(Vec<u64>);

impl WeightedSchedule {
    pub(super) fn new(weights: &[u32]) -> Self {
        let largest = weights.iter().copied().max().map_or(1, u64::from).max(1);
        Self(weights.iter().map(|weight| (u64::from(*weight) * SCALE).div_ceil(largest).max(1)).collect())
    }

    /// Returns the endpoint of a call. `turns` returns the next turn.
    pub(super) fn pick(&self, mut turns: impl FnMut() -> usize) -> usize {
        let count = self.0.len();
        // The endpoint with the largest weight is picked in each pass. The bound is for concurrent calls that take its turns.
        for _ in 0..count * 64 {
            let turn = turns();
            let (index, pass) = (turn % count, (turn / count) as u64);
            // Endpoints of equal weights skip different passes.
            let offset = SCALE * index as u64 / count as u64;
            let weight = self.0[index];
            if (weight * pass + offset) % SCALE >= SCALE - weight {
                return index;
            }
        }
        self.random(&(0..count).collect::<Vec<_>>())
    }

    /// Returns one of these endpoints, at random by their weights.
    pub(super) fn random(&self, usable: &[usize]) -> usize {
        let total: u64 = usable.iter().map(|index| self.0[*index]).sum();
        let mut rest = fastrand::u64(..total.max(1));
        for &index in usable {
            match rest.checked_sub(self.0[index]) {
                Some(next) => rest = next,
                None => return index,
            }
        }
        usable.last().copied().unwrap_or_default()
    }
}
