//! Deadlines that callers must set.

use std::time::Duration;

use crate::{
    Error, Result, async_trait,
    intercept::{Call, Interceptor, Stage},
};

/// Refuses calls without a deadline, with `INVALID_ARGUMENT`, because a caller without one may hold resources for ever.
/// Methods that stream their response are exempt.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeadlineRequired {
    longest: Option<Duration>,
}

impl DeadlineRequired {
    /// Accepts any deadline.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts deadlines at most `longest` from now.
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
