//! Calls that say how long they may take.

use std::time::Duration;

use super::{Call, Interceptor, Stage};
use crate::{Error, Result, async_trait};

/// Refuses calls without a deadline, with `INVALID_ARGUMENT`: a caller that would wait for ever takes a place for ever.
/// Calls of methods that stream their answer may last, and pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeadlineRequired {
    longest: Option<Duration>,
}

impl DeadlineRequired {
    /// Any deadline will do.
    pub fn new() -> Self {
        Self::default()
    }

    /// The deadline must be within `longest` from now.
    pub fn within(longest: Duration) -> Self {
        Self { longest: Some(longest) }
    }
}

#[async_trait]
impl Interceptor for DeadlineRequired {
    fn stage(&self) -> Stage {
        Stage::Limits
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        if !call.method().kind.returns_one() {
            return Ok(());
        }
        match (call.cx().remaining(), self.longest) {
            (None, _) => Err(Error::invalid_argument("the call needs a deadline (grpc-timeout)")),
            (Some(remaining), Some(longest)) if remaining > longest => {
                Err(Error::invalid_argument(format!("the deadline of the call must be within {longest:?}")))
            }
            _ => Ok(()),
        }
    }
}
