//! Consistent hashing.

use super::hash::hash;

/// The points of an endpoint of the least weight, and of all endpoints together.
const POINTS: usize = 160;
const MAX_POINTS: usize = 1 << 17;

/// Endpoints on a ring. A key belongs to the endpoint whose point follows its hash, so that keys of other endpoints stay
/// where they are when one comes or goes.
#[derive(Clone, Debug)]
pub(super) struct HashRing(Vec<(u64, u32)>);

impl HashRing {
    /// Creates the ring of endpoints with these addresses and weights.
    pub(super) fn new(endpoints: &[(&str, u32)]) -> Self {
        let least = endpoints.iter().map(|(_, weight)| *weight).min().unwrap_or(1).max(1);
        let points = |weight: u32| POINTS * weight as usize / least as usize;
        let total: usize = endpoints.iter().map(|(_, weight)| points(*weight)).sum();
        let fit = |count: usize| if total <= MAX_POINTS { count } else { (count * MAX_POINTS / total).max(1) };
        let mut ring = Vec::with_capacity(total.min(MAX_POINTS));
        for (index, (address, weight)) in (0..).zip(endpoints) {
            ring.extend((0..fit(points(*weight)) as u64).map(|point| (hash(point, address.as_bytes()), index)));
        }
        ring.sort_unstable();
        Self(ring)
    }

    /// Returns the endpoints of a key, the preferred one first, perhaps repeatedly.
    pub(super) fn walk(&self, key: u64) -> impl Iterator<Item = usize> {
        let start = self.0.partition_point(|(point, _)| *point < key);
        self.0[start..].iter().chain(&self.0[..start]).map(|(_, index)| *index as usize)
    }
}
