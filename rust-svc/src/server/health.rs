//! `grpc.health.v1.Health`, served by an adapter like any other service.
//!
//! It has no `List`, which would tell strangers what is served.

use std::{collections::BTreeSet, sync::Arc};

use futures::{StreamExt, stream};
use tokio::sync::watch;

use crate::{Adapter, Error, Method, Result, Streaming, adapter::Routes};

pub(super) const NAME: &str = "grpc.health.v1.Health";
const CHECK: Method = Method::unary("/grpc.health.v1.Health/Check");
const WATCH: Method = Method::server_streaming("/grpc.health.v1.Health/Watch");

/// Which services are ready to be called. All are until something else is said, and none is when the server stops.
///
/// Its clones are one. The server as a whole (the service `""`, and `/healthz`) is ready when all is.
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
    /// All services are ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether a service is ready, by its full name. Another name than that of a service, such as `database`,
    /// counts for the server as a whole only.
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

/// The health of a running server and of each of its services.
#[derive(Clone, Debug)]
pub(super) struct Served {
    services: Arc<[&'static str]>,
    ready: Health,
    stopping: watch::Sender<bool>,
}

/// The services and one more that tells their health.
pub(super) fn add(routes: Routes, ready: Health) -> (Routes, Served) {
    let services = routes.services().chain([NAME, ""]).collect();
    let health = Served { services, ready, stopping: watch::Sender::new(false) };
    let adapter = Adapter::new(NAME, Arc::new(health.clone()))
        .unary(CHECK, |it, _, request| Box::pin(async move { it.check(&request) }))
        .server_streaming(WATCH, |it, _, request| Box::pin(async move { Ok(it.watch(request)) }));
    (routes.merge(adapter), health)
}

impl Served {
    /// From now on nothing is served.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    pub(super) fn is_serving(&self, service: &str) -> bool {
        !*self.stopping.borrow() && self.ready.is_ready(service)
    }

    fn check(&self, request: &CheckRequest) -> Result<CheckResponse> {
        match self.status(&request.service) {
            SERVICE_UNKNOWN => Err(Error::not_found("no such service")),
            status => Ok(CheckResponse { status }),
        }
    }

    fn status(&self, service: &str) -> i32 {
        match self.services.contains(&service) {
            false => SERVICE_UNKNOWN,
            true if self.is_serving(service) => SERVING,
            true => NOT_SERVING,
        }
    }

    /// The health now and each time that it changes. The last is that the server stops; then the stream ends, because
    /// the server waits for it.
    fn watch(&self, request: CheckRequest) -> Streaming<CheckResponse> {
        let watcher = Watcher { service: request.service, told: None, health: self.clone() };
        let changes = (self.stopping.subscribe(), self.ready.0.subscribe());
        let statuses = stream::unfold(Some((watcher, changes)), |state| async move {
            let (mut watcher, mut changes) = state?;
            let (status, stops) = watcher.next(&mut changes).await;
            Some((Ok(CheckResponse { status }), (!stops).then_some((watcher, changes))))
        });
        Streaming::new(statuses.fuse())
    }
}

/// One who watches a service.
struct Watcher {
    service: String,
    told: Option<i32>,
    health: Served,
}

type Changes = (watch::Receiver<bool>, watch::Receiver<BTreeSet<String>>);

impl Watcher {
    /// The next status that is another one, or the last, and whether it is that.
    async fn next(&mut self, (stopping, unready): &mut Changes) -> (i32, bool) {
        loop {
            let stops = *stopping.borrow_and_update();
            unready.mark_unchanged();
            let status = self.health.status(&self.service);
            if stops || self.told != Some(status) {
                self.told = Some(status);
                return (status, stops);
            }
            // Neither can fail: their senders are in what is watched.
            let _ = tokio::select! {
                changed = stopping.changed() => changed,
                changed = unready.changed() => changed,
            };
        }
    }
}

const SERVING: i32 = 1;
const NOT_SERVING: i32 = 2;
const SERVICE_UNKNOWN: i32 = 3;

#[derive(Clone, PartialEq, prost::Message)]
struct CheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct CheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

speaks_for_itself! {
    CheckRequest: "grpc.health.v1.HealthCheckRequest",
    CheckResponse: "grpc.health.v1.HealthCheckResponse"
}
