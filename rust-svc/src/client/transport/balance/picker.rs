//! Picks an endpoint for a call.

use super::{load_balancing::LoadBalancing, ring::HashRing, schedule::WeightedSchedule};

/// Picks among endpoints, by their indices.
#[derive(Clone, Debug)]
pub(crate) enum Picker {
    RoundRobin,
    LeastRequest,
    Weighted(WeightedPicker),
    RingHash(RingPicker),
}

/// Shares of calls by weights.
#[derive(Clone, Debug)]
pub(crate) struct WeightedPicker(WeightedSchedule);

/// Endpoints by keys.
#[derive(Clone, Debug)]
pub(crate) struct RingPicker {
    ring: HashRing,
    metadata: String,
}

impl Picker {
    /// Creates the picker of a policy for endpoints with these addresses and weights.
    pub(crate) fn new(policy: &LoadBalancing, endpoints: &[(&str, u32)]) -> Self {
        match policy {
            LoadBalancing::PickFirst | LoadBalancing::RoundRobin => Self::RoundRobin,
            LoadBalancing::LeastRequest => Self::LeastRequest,
            LoadBalancing::Weighted => {
                let weights: Vec<_> = endpoints.iter().map(|(_, weight)| *weight).collect();
                Self::Weighted(WeightedPicker(WeightedSchedule::new(&weights)))
            }
            LoadBalancing::RingHash { metadata } => {
                Self::RingHash(RingPicker { ring: HashRing::new(endpoints), metadata: metadata.clone() })
            }
        }
    }

    /// Returns the metadata that decides, if any does.
    pub(crate) fn metadata(&self) -> Option<&str> {
        match self {
            Self::RingHash(picker) => Some(&picker.metadata),
            _ => None,
        }
    }

    /// Returns the endpoint that a call prefers, of `count` endpoints. `turns` returns the next turn, `load` the number of
    /// calls at an endpoint.
    pub(crate) fn prefer(
        &self,
        count: usize,
        key: Option<u64>,
        mut turns: impl FnMut() -> usize,
        load: impl Fn(usize) -> usize,
    ) -> usize {
        match self {
            Self::RoundRobin => turns() % count,
            Self::LeastRequest => less_loaded(count, |choice| choice, load),
            Self::Weighted(picker) => picker.0.pick(turns),
            Self::RingHash(picker) => picker.ring.walk(key.unwrap_or_else(|| fastrand::u64(..))).next().unwrap_or(0),
        }
    }

    /// Returns the endpoint of a call, if only these of `count` endpoints are usable.
    pub(crate) fn among(
        &self,
        usable: &[usize],
        count: usize,
        key: Option<u64>,
        mut turns: impl FnMut() -> usize,
        load: impl Fn(usize) -> usize,
    ) -> Option<usize> {
        match self {
            _ if usable.len() < 2 => usable.first().copied(),
            Self::RoundRobin => {
                // Usable endpoints share the turns of the others.
                let turn = turns();
                let own = turn % count;
                if usable.binary_search(&own).is_ok() { Some(own) } else { Some(usable[turn / count % usable.len()]) }
            }
            Self::LeastRequest => Some(less_loaded(usable.len(), |choice| usable[choice], load)),
            Self::Weighted(picker) => Some(picker.0.random(usable)),
            Self::RingHash(picker) => {
                let mut owners = picker.ring.walk(key.unwrap_or_else(|| fastrand::u64(..)));
                owners.find(|owner| usable.binary_search(owner).is_ok())
            }
        }
    }
}

/// Returns the less loaded of two random endpoints. `index` maps a choice to its endpoint.
fn less_loaded(count: usize, index: impl Fn(usize) -> usize, load: impl Fn(usize) -> usize) -> usize {
    let first = fastrand::usize(..count.max(1));
    let second = (first + fastrand::usize(1..count.max(2))) % count.max(1);
    let (first, second) = (index(first), index(second));
    if load(second) < load(first) { second } else { first }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, collections::HashMap};

    use super::*;

    fn addresses(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("10.0.0.{number}:50051")).collect()
    }

    fn picker(policy: &LoadBalancing, addresses: &[String], weights: &[u32]) -> Picker {
        let endpoints: Vec<_> = addresses.iter().map(|it| &**it).zip(weights.iter().copied()).collect();
        Picker::new(policy, &endpoints)
    }

    /// Counts the picks of many calls, each with a key of its own.
    fn shares(policy: &LoadBalancing, weights: &[u32], usable: Option<&[usize]>, calls: usize) -> Vec<f64> {
        let picker = picker(policy, &addresses(weights.len()), weights);
        let (turn, mut counts) = (Cell::new(0), vec![0_u32; weights.len()]);
        let turns = || turn.replace(turn.get() + 1);
        for call in 0..calls {
            let key = Some(super::super::hash::hash(7, &call.to_le_bytes()));
            let index = match usable {
                None => picker.prefer(weights.len(), key, turns, |_| 0),
                Some(usable) => picker.among(usable, weights.len(), key, turns, |_| 0).expect("an endpoint"),
            };
            counts[index] += 1;
        }
        counts.into_iter().map(|count| f64::from(count) / calls as f64).collect()
    }

    fn assert_shares(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
        for (actual, expected) in actual.iter().zip(expected) {
            assert!((actual - expected).abs() <= expected * tolerance, "{what}: {actual} is not {expected}");
        }
    }

    #[test]
    fn endpoints_have_equal_shares() {
        fastrand::seed(7);
        let ring = LoadBalancing::ring_hash("key");
        for (policy, tolerance) in [
            (LoadBalancing::RoundRobin, 0.0),
            (LoadBalancing::LeastRequest, 0.05),
            (LoadBalancing::Weighted, 0.001),
            (ring, 0.25),
        ] {
            for count in [1, 2, 5, 20] {
                let expected = vec![1.0 / count as f64; count];
                let actual = shares(&policy, &vec![1; count], None, 40_000);
                assert_shares(
                    &actual,
                    &expected,
                    tolerance + 1e-9 + if tolerance > 0.0 { 0.01 * count as f64 } else { 0.0 },
                    &format!("{policy:?} of {count}"),
                );
            }
        }
    }

    #[test]
    fn endpoints_have_the_shares_of_their_weights() {
        fastrand::seed(7);
        for (weights, expected) in
            [(&[1, 2, 5][..], &[0.125, 0.25, 0.625][..]), (&[1, 1000], &[0.000_999, 0.999]), (&[3, 3, 0], &[0.5, 0.5])]
        {
            let actual = shares(&LoadBalancing::Weighted, weights, None, 80_000);
            assert_shares(&actual, expected, 0.05, &format!("{weights:?}"));
        }
        let actual = shares(&LoadBalancing::ring_hash("key"), &[1, 2, 5], None, 80_000);
        assert_shares(&actual, &[0.125, 0.25, 0.625], 0.25, "ring");
    }

    #[test]
    fn usable_endpoints_share_the_calls_of_others() {
        fastrand::seed(7);
        for policy in [LoadBalancing::RoundRobin, LoadBalancing::LeastRequest, LoadBalancing::Weighted] {
            let actual = shares(&policy, &[1, 1, 1, 1], Some(&[0, 2, 3]), 60_000);
            assert_shares(&actual, &[1.0 / 3.0, 0.0, 1.0 / 3.0, 1.0 / 3.0], 0.03, &format!("{policy:?}"));
        }
    }

    #[test]
    fn the_less_loaded_of_two_is_picked() {
        fastrand::seed(7);
        let loads = [9, 0, 9, 9];
        let picker = Picker::LeastRequest;
        let picks = (0..4000).filter(|_| picker.prefer(4, None, || 0, |index| loads[index]) == 1).count();
        assert!((1850..2150).contains(&picks), "one of two choices is the idle one in half of all picks: {picks}");
    }

    #[test]
    fn a_key_keeps_its_endpoint() {
        let policy = LoadBalancing::ring_hash("key");
        for count in [2, 3, 10, 40] {
            let (before, after) = (addresses(count), addresses(count + 1));
            let [small, large] =
                [&before, &after].map(|addresses| picker(&policy, addresses, &vec![1; addresses.len()]));
            let mut moved = HashMap::new();
            for key in 0..20_000_u64 {
                let key = Some(super::super::hash::hash(1, &key.to_le_bytes()));
                let [old, new] = [(&small, count), (&large, count + 1)]
                    .map(|(picker, count)| picker.prefer(count, key, || 0, |_| 0));
                if old != new {
                    assert_eq!(new, count, "keys move to the new endpoint only");
                    *moved.entry(new).or_insert(0) += 1;
                }
                let usable: Vec<_> = (0..count + 1).filter(|index| *index != new).collect();
                let other = large.among(&usable, count + 1, key, || 0, |_| 0);
                assert!(other.is_some_and(|other| usable.contains(&other)));
            }
            let share = f64::from(moved.values().sum::<u32>()) / 20_000.0 * (count + 1) as f64;
            assert!((0.7..1.3).contains(&share), "{count}: {share}");
        }
    }
}
