//! What the numbers of calls are of.

use std::fmt;

use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, EncodeLabelValue, LabelSetEncoder};
use triomphe::Arc;

use super::plain;
use crate::{
    Code,
    intercept::{Side, Target},
    observe::names,
};

/// A method, and of a client the server that it calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Named {
    pub(super) method: &'static str,
    pub(super) target: Option<Arc<Target>>,
}

/// How calls of a method ended.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    pub(super) named: &'a Named,
    pub(super) side: Side,
    /// `None` if they did not fail.
    pub(super) code: Option<Code>,
}

impl EncodeLabelSet for Named {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        write(encoder, names::SYSTEM, "grpc")?;
        write(encoder, names::METHOD, self.method)?;
        let Some(target) = &self.target else { return Ok(()) };
        write(encoder, names::SERVER_ADDRESS, target.address())?;
        target.port().map_or(Ok(()), |port| write(encoder, names::SERVER_PORT, port))
    }
}

impl EncodeLabelSet for Ended<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.named.encode(encoder)?;
        let fault = self.code.filter(|code| self.side.is_to_blame_for(*code));
        write(encoder, names::STATUS, self.code.map_or("OK", Code::name))?;
        fault.map_or(Ok(()), |code| write(encoder, names::ERROR_TYPE, code.name()))
    }
}

/// Writes a label by the name that its attribute has.
pub(super) fn write(encoder: &mut LabelSetEncoder<'_>, name: &str, value: impl EncodeLabelValue) -> fmt::Result {
    (plain(name), value).encode(encoder.encode_label())
}
