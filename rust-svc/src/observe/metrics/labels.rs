//! The labels of metrics.

use std::fmt;

use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, EncodeLabelValue, LabelSetEncoder};
use triomphe::Arc;

use crate::{
    Code,
    intercept::{Side, Target},
    observe::names,
};

/// The labels of a method: its name, and the target of a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MethodLabels {
    pub(super) method: &'static str,
    pub(super) target: Option<Arc<Target>>,
}

/// The labels of ended calls of a method.
#[derive(Debug)]
pub(super) struct OutcomeLabels<'a> {
    pub(super) method: &'a MethodLabels,
    pub(super) side: Side,
    /// The code of failed calls.
    pub(super) code: Option<Code>,
}

impl EncodeLabelSet for MethodLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        write(encoder, names::SYSTEM, "grpc")?;
        write(encoder, names::METHOD, self.method)?;
        self.target.as_ref().map_or(Ok(()), |target| write_target(encoder, target))
    }
}

impl EncodeLabelSet for OutcomeLabels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.method.encode(encoder)?;
        let fault = self.code.filter(|code| self.side.is_at_fault(*code));
        write(encoder, names::STATUS, self.code.map_or("OK", Code::name))?;
        fault.map_or(Ok(()), |code| write(encoder, names::ERROR_TYPE, code.name()))
    }
}

/// Writes the labels of a target.
pub(super) fn write_target(encoder: &mut LabelSetEncoder<'_>, target: &Target) -> fmt::Result {
    write(encoder, names::SERVER_ADDRESS, target.address())?;
    target.port().map_or(Ok(()), |port| write(encoder, names::SERVER_PORT, port))
}

/// Writes a label with the name of an attribute.
pub(super) fn write(encoder: &mut LabelSetEncoder<'_>, name: &str, value: impl EncodeLabelValue) -> fmt::Result {
    (sanitize(name), value).encode(encoder.encode_label())
}

/// Converts a name of OpenTelemetry to one of Prometheus.
pub(super) fn sanitize(name: &str) -> String {
    name.replace('.', "_")
}
