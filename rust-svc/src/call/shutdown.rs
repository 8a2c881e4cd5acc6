//! The end of a server, as the calls are told that are still under way.

use std::{future::pending, sync::Arc};

use tokio::sync::watch;

use crate::Error;

/// Tells when calls must end, because the server does. A server puts it into the extensions of each request over HTTP.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending(Option<Arc<watch::Receiver<bool>>>);

impl Ending {
    /// Calls must end once this is true.
    #[cfg(feature = "server")]
    pub(crate) fn told_by(ending: watch::Receiver<bool>) -> Self {
        Self(Some(Arc::new(ending)))
    }

    /// Completes when calls must end, with what their callers are told.
    pub(crate) async fn comes(&self) -> Error {
        let Some(ending) = &self.0 else { return pending().await };
        let mut ending = watch::Receiver::clone(ending);
        // Without a sender the server is gone, and cuts its connections itself.
        if ending.wait_for(|ending| *ending).await.is_err() {
            return pending().await;
        }
        gone()
    }
}

/// What callers are told whose calls the server does not wait for.
pub(crate) fn gone() -> Error {
    Error::unavailable("the server stops")
}
