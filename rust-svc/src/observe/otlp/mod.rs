//! Spans and metrics to a collector of OpenTelemetry.

mod meters;
mod spans;

use std::{fmt, sync::Arc};

use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, error::OTelSdkResult, metrics::SdkMeterProvider};

use self::{meters::Meters, spans::Spans};
use crate::{
    Error, Result,
    intercept::{BreakerStateChange, Call, Observer, Outcome},
};

/// Sends spans and metrics of calls to a collector, in OTLP over gRPC, by the names of [`names`](super::names).
///
/// A call has a span if a [`Trace`](super::Trace) is around it and its trace is sampled; so has each attempt of a
/// client's call. They have the places that travel in `traceparent`, so that the spans of several processes are one
/// trace. Metrics are of all calls. Both are sent in batches by threads of their own (`OTEL_BSP_SCHEDULE_DELAY`,
/// `OTEL_METRIC_EXPORT_INTERVAL`); what a collector does not take in time is lost, and no call waits for it.
///
/// ```no_run
/// use rust_svc::{intercept::Chain, observe::{Otlp, Trace}};
///
/// # async fn serve() -> rust_svc::Result<()> {
/// let otlp = Otlp::new("http://localhost:4317", "inventory")?;
/// let chain = Chain::new().intercept(Trace::new().sampled()).observe(otlp.clone());
/// rust_svc::Server::new().chain(&chain).bind("127.0.0.1:50051").await?.run().await?;
/// otlp.shutdown().await
/// # }
/// ```
#[derive(Clone)]
pub struct Otlp(Arc<Pipeline>);

struct Pipeline {
    spans: Spans,
    meters: Meters,
    provider: SdkMeterProvider,
}

impl Otlp {
    /// Sends to the collector at an address such as `http://localhost:4317`, as the service of this name. It connects
    /// when there is something to send. Fails with `INTERNAL` if the address is none.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn new(collector: impl Into<String>, service: impl Into<String>) -> Result<Self> {
        let (collector, service) = (collector.into(), service.into());
        let resource = Resource::builder().with_service_name(service).build();
        let spans = SpanExporter::builder().with_tonic().with_endpoint(collector.as_str()).build();
        let metrics = MetricExporter::builder().with_tonic().with_endpoint(collector).build();
        let provider = SdkMeterProvider::builder().with_resource(resource.clone());
        let provider = provider.with_periodic_exporter(metrics.map_err(Error::internal)?).build();
        let spans = Spans::new(spans.map_err(Error::internal)?, &resource);
        Ok(Self(Arc::new(Pipeline { spans, meters: Meters::new(&provider), provider })))
    }

    /// Sends what was not yet sent. Fails with `UNAVAILABLE` if the collector does not take it.
    pub async fn flush(&self) -> Result<()> {
        self.wait(|pipeline| pipeline.spans.flush().and(pipeline.provider.force_flush())).await
    }

    /// Sends what was not yet sent, and no more after that. Fails with `UNAVAILABLE` if the collector does not take it.
    pub async fn shutdown(&self) -> Result<()> {
        self.wait(|pipeline| pipeline.spans.shutdown().and(pipeline.provider.shutdown())).await
    }

    async fn wait(&self, work: impl FnOnce(&Pipeline) -> OTelSdkResult + Send + 'static) -> Result<()> {
        let pipeline = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&pipeline)).await.map_err(Error::internal)?;
        done.map_err(|error| Error::unavailable("the collector takes no spans or metrics").with_source(error))
    }
}

impl Observer for Otlp {
    fn ended(&self, call: &Call, outcome: &Outcome) {
        self.0.spans.ended(call, outcome);
        self.0.meters.ended(call, outcome);
    }

    fn attempted(&self, call: &Call, outcome: &Outcome) {
        self.0.spans.attempted(call, outcome);
        self.0.meters.attempted(call, outcome);
    }

    fn breaker_state_changed(&self, change: &BreakerStateChange) {
        self.0.meters.breaker_state_changed(change);
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otlp").finish_non_exhaustive()
    }
}
