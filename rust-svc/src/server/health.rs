//! `grpc.health.v1.Health`, and the status that it reports.

use std::{collections::BTreeSet, sync::Arc};

use futures::{StreamExt, stream};
use tokio::sync::watch;

use super::generated::grpc::health::v1::{
    self, HealthCheckRequest, HealthCheckResponse, health_adapter, health_check_response::ServingStatus,
};
use crate::{Context, Error, Result, Streaming, adapter::Routes};

/// The full name of the health service.
pub(super) const NAME: &str = "grpc.health.v1.Health";

/// Sets which services are ready to be called. All are ready by default, and none once the server stops.
///
/// Clones share one state. The server as a whole (the service `""`, and `/healthz`) is ready if all services are.
///
/// ```
/// use rust_svc::{Server, server::Health};
///
/// let health = Health::new();
/// let server = Server::new().health(&health);
/// health.set("inventory.v1.InventoryService", false);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Health(watch::Sender<BTreeSet<String>>);

impl Health {
    /// Creates a state in which all services are ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether a service is ready, by its full name. Any other name, such as `database`, counts for the server as a
    /// whole only.
    pub fn set(&self, service: &str, ready: bool) {
        self.0.send_if_modified(|unready| match ready {
            true => unready.remove(service),
            false => unready.insert(service.to_owned()),
        });
    }

    fn is_ready(&self, service: &str) -> bool {
        let unready = self.0.borrow();
        if service.is_empty() { unready.is_empty() } else { !unready.contains(service) }
    }
}

/// The health service of a running server.
#[derive(Clone, Debug)]
pub(super) struct HealthService {
    services: Arc<[&'static str]>,
    ready: Health,
    stopping: watch::Sender<bool>,
}

/// Adds the health service, which reports on the services of these routes and on `others`.
pub(super) fn add(routes: Routes, others: &[&'static str], ready: Health) -> (Routes, HealthService) {
    let services = routes.services().chain(others.iter().copied()).chain([NAME, ""]).collect();
    let health = HealthService { services, ready, stopping: watch::Sender::new(false) };
    (routes.merge(health_adapter(Arc::new(health.clone()))), health)
}

impl HealthService {
    /// Reports all services as `NOT_SERVING` from now on.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns whether a service is ready, and the server not stopping.
    pub(super) fn is_serving(&self, service: &str) -> bool {
        !*self.stopping.borrow() && self.ready.is_ready(service)
    }

    fn status(&self, service: &str) -> ServingStatus {
        match self.services.contains(&service) {
            false => ServingStatus::ServiceUnknown,
            true if self.is_serving(service) => ServingStatus::Serving,
            true => ServingStatus::NotServing,
        }
    }
}

#[crate::async_trait]
impl v1::Health for HealthService {
    async fn check(&self, _: Context, request: HealthCheckRequest) -> Result<HealthCheckResponse> {
        match self.status(&request.service) {
            ServingStatus::ServiceUnknown => Err(Error::not_found("no such service")),
            status => Ok(HealthCheckResponse { status: status.into() }),
        }
    }

    /// Ends after the status of a stopping server, because the server waits for its calls.
    async fn watch(&self, _: Context, request: HealthCheckRequest) -> Result<Streaming<HealthCheckResponse>> {
        let watcher = HealthWatcher { service: request.service, sent: None, health: self.clone() };
        let changes = (self.stopping.subscribe(), self.ready.0.subscribe());
        let statuses = stream::unfold(Some((watcher, changes)), |state| async move {
            let (mut watcher, mut changes) = state?;
            let (status, stops) = watcher.next(&mut changes).await;
            let response = HealthCheckResponse { status: status.into() };
            Some((Ok(response), (!stops).then_some((watcher, changes))))
        });
        Ok(Streaming::new(statuses.fuse()))
    }
}

/// The state of one `Watch` call.
struct HealthWatcher {
    service: String,
    /// The status that was sent last.
    sent: Option<ServingStatus>,
    health: HealthService,
}

type Changes = (watch::Receiver<bool>, watch::Receiver<BTreeSet<String>>);

impl HealthWatcher {
    /// Waits for the next status that differs from the last, and returns whether it is the last of all.
    async fn next(&mut self, (stopping, unready): &mut Changes) -> (ServingStatus, bool) {
        loop {
            let stops = *stopping.borrow_and_update();
            unready.mark_unchanged();
            let status = self.health.status(&self.service);
            if stops || self.sent != Some(status) {
                self.sent = Some(status);
                return (status, stops);
            }
            // Neither fails, because the watcher holds both senders.
            let _ = tokio::select! {
                changed = stopping.changed() => changed,
                changed = unready.changed() => changed,
            };
        }
    }
}
