//! The observer that exports spans and metrics.

use std::{fmt, sync::Arc};

use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, error::OTelSdkResult, metrics::SdkMeterProvider};

use super::{http_client::RuntimeHttpClient, meters::Meters, spans::Spans};
use crate::{
    Error, Result,
    intercept::{BreakerStateChange, Call, EndpointChange, Observer, Outcome},
};

/// Sends spans and metrics of calls to a collector, in OTLP over HTTP, with the names in [`names`](crate::observe::names).
///
/// A call has a span if the chain has a [`Trace`](crate::observe::Trace) and its trace is sampled; so has each attempt of a
/// client's call. Their identifiers are those in `traceparent`, so that the spans of several processes form one trace.
/// Metrics cover all calls. Both are sent in batches by background threads (`OTEL_BSP_SCHEDULE_DELAY`,
/// `OTEL_METRIC_EXPORT_INTERVAL`). Data that the collector does not accept in time is lost; no call waits for it.
///
/// ```no_run
/// use rust_svc::{intercept::Chain, observe::{Otlp, Trace}};
///
/// # async fn serve() -> rust_svc::Result<()> {
/// let otlp = Otlp::new("http://localhost:4318", "inventory")?;
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
    /// Creates an exporter for the collector at an address such as `http://localhost:4318`, with this service name.
    ///
    /// It connects when it first sends. Fails with `INVALID_ARGUMENT` if the address is not valid. The connection is not encrypted:
    /// send to a collector on the same host, or through a proxy.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn new(collector: impl Into<String>, service: impl Into<String>) -> Result<Self> {
        let (collector, client) = (collector.into(), RuntimeHttpClient::new());
        let endpoint = |signal: &str| format!("{}/v1/{signal}", collector.trim_end_matches('/'));
        let spans = SpanExporter::builder().with_http().with_endpoint(endpoint("traces"));
        let spans = spans.with_http_client(client.clone()).build().map_err(not_an_address)?;
        let metrics = MetricExporter::builder().with_http().with_endpoint(endpoint("metrics"));
        let metrics = metrics.with_http_client(client).build().map_err(not_an_address)?;
        let resource = Resource::builder().with_service_name(service.into()).build();
        let provider =
            SdkMeterProvider::builder().with_resource(resource.clone()).with_periodic_exporter(metrics).build();
        Ok(Self(Arc::new(Pipeline { spans: Spans::new(spans, &resource), meters: Meters::new(&provider), provider })))
    }

    /// Sends all pending data. Fails with `UNAVAILABLE` if the collector does not accept it.
    pub async fn flush(&self) -> Result<()> {
        self.wait(|pipeline| pipeline.spans.flush().and(pipeline.provider.force_flush())).await
    }

    /// Sends all pending data and stops. Fails with `UNAVAILABLE` if the collector does not accept it.
    pub async fn shutdown(&self) -> Result<()> {
        self.wait(|pipeline| pipeline.spans.shutdown().and(pipeline.provider.shutdown())).await
    }

    async fn wait(&self, work: impl FnOnce(&Pipeline) -> OTelSdkResult + Send + 'static) -> Result<()> {
        let pipeline = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&pipeline)).await.map_err(Error::internal)?;
        done.map_err(|error| Error::unavailable("the collector does not accept spans or metrics").with_source(error))
    }
}

fn not_an_address(error: ExporterBuildError) -> Error {
    Error::invalid_argument(format!("not the address of a collector: {error}")).with_source(error)
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

    fn endpoint_changed(&self, change: &EndpointChange) {
        self.0.meters.endpoint_changed(change);
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otlp").finish_non_exhaustive()
    }
}
