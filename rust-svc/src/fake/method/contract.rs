//! The contract of a method: the checks that production makes of its messages.

use crate::{Result, fake::erased::AnyMessage};

/// Checks messages as production does.
pub(super) struct Contract {
    request: Box<RequestCheck>,
    response: Box<ResponseCheck>,
}

type RequestCheck = dyn Fn(AnyMessage) -> Result<AnyMessage> + Send + Sync;
type ResponseCheck = dyn Fn(&AnyMessage) -> Result<()> + Send + Sync;

impl Contract {
    pub(super) fn new(
        request: impl Fn(AnyMessage) -> Result<AnyMessage> + Send + Sync + 'static,
        response: impl Fn(&AnyMessage) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { request: Box::new(request), response: Box::new(response) }
    }

    /// Returns the request as a service gets it.
    pub(super) fn check_request(&self, request: AnyMessage) -> Result<AnyMessage> {
        (self.request)(request)
    }

    pub(super) fn check_response(&self, response: &AnyMessage) -> Result<()> {
        (self.response)(response)
    }
}
