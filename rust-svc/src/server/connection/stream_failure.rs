//! Streams that are reset in place of a response.

use std::sync::Arc;

use crate::error::BoxError;

/// Marks a response in whose place the stream is reset, in its extensions.
#[derive(Clone)]
pub(crate) struct StreamFailure(Arc<dyn Fn() -> BoxError + Send + Sync>);

impl StreamFailure {
    /// Creates the mark. If the error is one of h2, the stream is reset with its code.
    #[cfg(all(feature = "client", feature = "fake"))]
    pub(crate) fn new(error: impl Fn() -> BoxError + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    pub(super) fn into_error(self) -> BoxError {
        (self.0)()
    }
}
