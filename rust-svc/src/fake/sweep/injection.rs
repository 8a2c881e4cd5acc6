//! The point of a run at which a sweep causes a fault.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use super::sweep_fault::SweepFault;
use crate::{Error, fake::lock::lock};

/// The fault of one run of a scenario, if any, and the calls that the run makes.
#[derive(Debug)]
pub(in crate::fake) struct Injection {
    point: Option<(CallPoint, SweepFault)>,
    calls: Mutex<CallCounts>,
}

/// A call of a scenario: the method and the name of its fake, and the number among its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallPoint {
    pub(super) label: Arc<str>,
    pub(super) nth: usize,
}

#[derive(Debug, Default)]
struct CallCounts {
    points: Vec<CallPoint>,
    counts: BTreeMap<Arc<str>, usize>,
    was_injected: bool,
}

/// The most calls of a run that a sweep visits: the first.
const MAX_POINTS: usize = 10_000;

impl Injection {
    pub(super) fn new(point: Option<(CallPoint, SweepFault)>) -> Self {
        Self { point, calls: Mutex::default() }
    }

    /// Counts a call, and returns the error that it ends with and whether it is carried out before.
    pub(in crate::fake) fn next(&self, label: &Arc<str>) -> Option<(Error, bool)> {
        let mut calls = lock(&self.calls);
        let nth = calls.add(label);
        let (point, fault) = self.point.as_ref()?;
        let is_reached = if fault.lasts { nth >= point.nth } else { nth == point.nth };
        if point.label != *label || !is_reached {
            return None;
        }
        calls.was_injected = true;
        Some((fault.error.clone(), fault.is_after))
    }

    /// Returns the calls of the run, in their order.
    pub(super) fn calls(&self) -> Vec<CallPoint> {
        lock(&self.calls).points.clone()
    }

    /// Returns whether the run reached the call.
    pub(super) fn was_injected(&self) -> bool {
        lock(&self.calls).was_injected
    }
}

impl CallCounts {
    fn add(&mut self, label: &Arc<str>) -> usize {
        let count = self.counts.entry(label.clone()).or_default();
        *count += 1;
        let nth = *count;
        if self.points.len() < MAX_POINTS {
            self.points.push(CallPoint { label: label.clone(), nth });
        }
        nth
    }
}

/// Displays as in `inventory.v1.InventoryService/ReserveItems#1`.
impl fmt::Display for CallPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.label, self.nth)
    }
}
