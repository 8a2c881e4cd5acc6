//! Spans and metrics for an OpenTelemetry collector.

mod exporter;
mod http_client;
mod meters;
mod spans;

pub use exporter::Otlp;
