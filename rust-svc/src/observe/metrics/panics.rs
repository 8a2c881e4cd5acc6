//! Metrics of panics.

use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use super::labels::{MethodLabels, sanitize};
use crate::observe::names;

/// The number of panics of each method.
pub(super) struct PanicMetrics(Family<MethodLabels, Counter>);

impl PanicMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let panics = Family::default();
        registry.register(sanitize(names::SERVER_PANICS), "The number of panics of handlers", panics.clone());
        Self(panics)
    }

    pub(super) fn panicked(&self, method: &'static str) {
        self.0.get_or_create(&MethodLabels { method, target: None }).inc();
    }
}
