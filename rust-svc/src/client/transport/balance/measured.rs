//! The choice of an endpoint by itself, for benchmarks.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::{load_balancing::LoadBalancing, picker::Picker};

/// The choice among endpoints by itself.
#[derive(Debug)]
pub struct MeasuredChoice {
    picker: Picker,
    loads: Vec<AtomicUsize>,
    turn: AtomicUsize,
}

impl MeasuredChoice {
    /// Creates the choice among a number of endpoints.
    pub fn new(policy: &LoadBalancing, count: usize) -> Self {
        let names: Vec<_> = (0..count).map(|number| format!("10.0.0.{number}:50051")).collect();
        let endpoints: Vec<_> = names.iter().map(|name| (&**name, 1)).collect();
        let loads = (0..count).map(AtomicUsize::new).collect();
        Self { picker: Picker::new(policy, &endpoints), loads, turn: AtomicUsize::new(0) }
    }

    /// Chooses an endpoint for a call.
    pub fn choose(&self) -> usize {
        let turns = || self.turn.fetch_add(1, Relaxed);
        self.picker.prefer(self.loads.len(), None, turns, |index| self.loads[index].load(Relaxed))
    }
}
