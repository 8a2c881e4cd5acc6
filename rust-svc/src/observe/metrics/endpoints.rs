//! Metrics of the endpoints of clients.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, LabelSetEncoder, NoLabelSet},
    metrics::MetricType,
    registry::Registry,
};

use super::labels::{sanitize, write, write_target};
use crate::{
    intercept::{Call, EndpointChange, EndpointEvent, Outcome, Side, Target},
    observe::names,
};

/// The most endpoints with counters of their own. Those that leave their list are forgotten.
const MAX_ENDPOINTS: usize = 1000;

/// The metrics of all endpoints.
#[derive(Debug, Default)]
pub(super) struct EndpointMetrics(RwLock<HashMap<EndpointLabels, Arc<EndpointCounters>>>);

/// The labels of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct EndpointLabels {
    endpoint: Arc<str>,
    target: triomphe::Arc<Target>,
}

#[derive(Debug, Default)]
struct EndpointCounters {
    attempts: AtomicU64,
    failures: AtomicU64,
    ejections: AtomicU64,
}

impl EndpointMetrics {
    pub(super) fn register(registry: &mut Registry) -> Arc<Self> {
        let endpoints = Arc::new(Self::default());
        registry.register_collector(Box::new(endpoints.clone()));
        endpoints
    }

    pub(super) fn attempted(&self, call: &Call, outcome: &Outcome) {
        let (Some(endpoint), Some(target)) = (&outcome.endpoint, call.shared_target()) else { return };
        let counters = self.counters(EndpointLabels { endpoint: endpoint.clone(), target: target.clone() });
        counters.attempts.fetch_add(1, Relaxed);
        if outcome.is_fault(Side::Server) {
            counters.failures.fetch_add(1, Relaxed);
        }
    }

    pub(super) fn changed(&self, change: &EndpointChange) {
        let labels = EndpointLabels { endpoint: change.endpoint().clone(), target: change.shared_target().clone() };
        match change.event() {
            EndpointEvent::Ejected => _ = self.counters(labels).ejections.fetch_add(1, Relaxed),
            EndpointEvent::Removed => {
                self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&labels);
            }
            EndpointEvent::Restored => (),
        }
    }

    /// Returns the counters of an endpoint, or of all that are too many.
    fn counters(&self, labels: EndpointLabels) -> Arc<EndpointCounters> {
        if let Some(counters) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&labels) {
            return counters.clone();
        }
        let mut endpoints = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_full = endpoints.len() >= MAX_ENDPOINTS && !endpoints.contains_key(&labels);
        let labels = if is_full { EndpointLabels { endpoint: names::OTHER.into(), ..labels } } else { labels };
        endpoints.entry(labels).or_default().clone()
    }

    fn encode_counter(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        of: fn(&EndpointCounters) -> &AtomicU64,
    ) -> fmt::Result {
        let name = sanitize(name);
        let mut encoder = encoder.encode_descriptor(&name, help, None, MetricType::Counter)?;
        for (labels, counters) in &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            encoder.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&of(counters).load(Relaxed), None)?;
        }
        Ok(())
    }
}

impl Collector for EndpointMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "The number of attempts at an endpoint.";
        self.encode_counter(&mut encoder, names::CLIENT_ENDPOINT_ATTEMPTS, help, |counters| &counters.attempts)?;
        let help = "The number of attempts at an endpoint that failed by a fault of the server.";
        self.encode_counter(&mut encoder, names::CLIENT_ENDPOINT_FAILURES, help, |counters| &counters.failures)?;
        let help = "The number of times that an endpoint was ejected.";
        self.encode_counter(&mut encoder, names::CLIENT_ENDPOINT_EJECTIONS, help, |counters| &counters.ejections)
    }
}

impl EncodeLabelSet for EndpointLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        write(encoder, names::ENDPOINT, &*self.endpoint)?;
        write_target(encoder, &self.target)
    }
}
