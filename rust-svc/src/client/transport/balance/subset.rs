//! The subset of a large fleet that one client uses (gRFC A68).

use super::hash::hash;

/// Keeps this many endpoints. The same seed keeps the same ones, and few change when endpoints come or go.
pub(crate) fn subset<T>(mut endpoints: Vec<T>, size: usize, seed: u64, address: impl Fn(&T) -> String) -> Vec<T> {
    if endpoints.len() > size {
        endpoints.sort_by_cached_key(|endpoint| hash(seed, address(endpoint).as_bytes()));
        endpoints.truncate(size);
    }
    endpoints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("10.0.{}.{}:50051", number / 256, number % 256)).collect()
    }

    #[test]
    fn clients_spread_over_a_fleet() {
        let mut uses = std::collections::HashMap::new();
        for seed in 0..1000 {
            let chosen = subset(fleet(100), 10, seed, String::clone);
            assert_eq!(chosen.len(), 10);
            chosen.into_iter().for_each(|endpoint| *uses.entry(endpoint).or_insert(0) += 1);
        }
        assert_eq!(uses.len(), 100);
        assert!(uses.values().all(|count| (60..150).contains(count)), "{uses:?}");
    }

    #[test]
    fn subsets_change_little() {
        for seed in 0..50 {
            let before = subset(fleet(100), 10, seed, String::clone);
            assert_eq!(before, subset(fleet(100), 10, seed, String::clone));
            let after = subset(fleet(101), 10, seed, String::clone);
            assert!(after.iter().filter(|endpoint| !before.contains(endpoint)).count() <= 1);
        }
        assert_eq!(subset(fleet(5), 10, 1, String::clone), fleet(5));
    }
}
