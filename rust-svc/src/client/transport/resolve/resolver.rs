//! The interface of resolvers.

use std::{pin::Pin, sync::Arc};

use futures::{Stream, StreamExt, stream};
use tokio::sync::{Notify, watch};

use super::endpoint::Endpoint;
use crate::Result;

/// The endpoints of a target, each item the complete list. An error keeps the list before it.
pub type EndpointUpdates = Pin<Box<dyn Stream<Item = Result<Vec<Endpoint>>> + Send>>;

/// Finds the endpoints of a client's target, and follows their changes.
///
/// A `tokio::sync::watch::Receiver<Vec<Endpoint>>` is a resolver whose list the holder of the sender sets:
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// use rust_svc::client::{Client, Endpoint};
///
/// let (sender, endpoints) = tokio::sync::watch::channel(vec![Endpoint::new("10.0.0.7:50051")]);
/// let client = Client::builder("http://inventory").plaintext().resolver(endpoints).build()?;
/// sender.send_replace(vec![Endpoint::new("10.0.0.7:50051"), Endpoint::new("10.0.0.8:50051")]);
/// # Ok(()) }
/// ```
pub trait Resolver: Send + Sync + 'static {
    /// Begins to follow the endpoints. `refresh` reports that one of them cannot be reached.
    fn watch(&self, refresh: Refresh) -> EndpointUpdates;
}

/// Reports that endpoints cannot be reached, so that a resolver looks for others.
#[derive(Clone, Debug, Default)]
pub struct Refresh(Arc<Notify>);

impl Refresh {
    /// Completes when the endpoints should be looked up again. A resolver limits how often it does.
    pub async fn requested(&self) {
        self.0.notified().await;
    }

    /// Requests that the endpoints are looked up again.
    pub(crate) fn request(&self) {
        self.0.notify_one();
    }
}

impl Resolver for watch::Receiver<Vec<Endpoint>> {
    fn watch(&self, _: Refresh) -> EndpointUpdates {
        let mut receiver = self.clone();
        receiver.mark_changed();
        stream::unfold(receiver, |mut receiver| async move {
            receiver.changed().await.ok()?;
            let endpoints = receiver.borrow_and_update().clone();
            Some((Ok(endpoints), receiver))
        })
        .boxed()
    }
}
