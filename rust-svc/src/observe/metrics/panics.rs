//! How often handlers panicked.

use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use super::{labels::Named, plain};
use crate::observe::names;

/// The panics of all methods.
pub(super) struct Panics(Family<Named, Counter>);

impl Panics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let panics = Family::default();
        registry.register(plain(names::SERVER_PANICS), "How often a handler panicked", panics.clone());
        Self(panics)
    }

    pub(super) fn panicked(&self, method: &'static str) {
        self.0.get_or_create(&Named { method, target: None }).inc();
    }
}
