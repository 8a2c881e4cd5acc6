//! The dispatch service on its store.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rust_svc::{Context, Error, Result, Streaming, Violations, async_trait};
use uuid::Uuid;

use super::{
    connections::Connections,
    queue::courier_queue,
    store::{DispatchStore, NewAssignment},
};
use crate::{
    generated::dispatch::v1::{
        AssignOrderRequest, AssignOrderResponse, CancelAssignmentRequest, CancelAssignmentResponse, DispatchService,
        GetAssignmentRequest, GetAssignmentResponse, StreamAssignmentsRequest, StreamAssignmentsResponse,
        WatchAssignmentsRequest, WatchAssignmentsResponse, stream_assignments_response::Event,
    },
    lists::log_stream::{self, LogPage},
    time::Clock,
    validation,
};

/// The dispatch, courier and route services. Clones share their state.
#[derive(Clone)]
pub struct Dispatch {
    pub(super) store: Arc<dyn DispatchStore>,
    pub(super) config: DispatchConfig,
    pub(super) clock: Clock,
    /// Held while matching, so that no assignment is offered twice.
    pub(super) matching: Arc<tokio::sync::Mutex<()>>,
    connections: Arc<Mutex<Connections>>,
}

/// The configuration of dispatch.
#[derive(Clone, Copy, Debug)]
pub struct DispatchConfig {
    /// The time that a courier has to answer an offer.
    pub offer_holds: Duration,
    /// The time to search for a courier for an order.
    pub search_for: Duration,
    /// The silence after which a courier loses an assignment, or somebody should call.
    pub silent_after: Duration,
    /// The silence of a courier with an order, after which it is lost.
    pub lost_after: Duration,
}

impl Default for DispatchConfig {
    fn default() -> Self {
        Self {
            offer_holds: Duration::from_secs(15),
            search_for: Duration::from_mins(15),
            silent_after: Duration::from_mins(10),
            lost_after: Duration::from_hours(24),
        }
    }
}

impl Dispatch {
    /// Creates the services.
    pub fn new(store: Arc<dyn DispatchStore>, config: DispatchConfig, clock: Clock) -> Self {
        Self { store, config, clock, matching: Arc::default(), connections: Arc::default() }
    }

    /// The lock is never held across an await.
    pub(super) fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl DispatchService for Dispatch {
    async fn assign_order(&self, _: Context, request: AssignOrderRequest) -> Result<AssignOrderResponse> {
        let assignment = self.store.assign(new_assignment(request)?).await?;
        self.spawn_matching();
        Ok(AssignOrderResponse { assignment })
    }

    async fn get_assignment(&self, _: Context, request: GetAssignmentRequest) -> Result<GetAssignmentResponse> {
        let assignment = match (request.assignment_id.as_str(), request.order_id.as_str()) {
            (id, "") if !id.is_empty() => self.store.assignment(id).await?,
            ("", order) if !order.is_empty() => self.store.assignment_of_order(order).await?,
            _ => return Err(Error::invalid_argument("one of assignment_id and order_id must be there, and not both")),
        };
        Ok(GetAssignmentResponse { assignment })
    }

    async fn cancel_assignment(
        &self,
        _: Context,
        request: CancelAssignmentRequest,
    ) -> Result<CancelAssignmentResponse> {
        let mut violations = Violations::default();
        validation::check_id(&mut violations, "assignment_id", &request.assignment_id);
        validation::into_result(violations)?;
        let assignment = self.store.cancel(&request.assignment_id).await?;
        self.connections().call_off(&assignment.assignment_id);
        self.connections().send(&assignment.courier_id, Event::Assignment(assignment.clone()));
        self.spawn_matching();
        Ok(CancelAssignmentResponse { assignment })
    }

    async fn stream_assignments(
        &self,
        cx: Context,
        requests: Streaming<StreamAssignmentsRequest>,
    ) -> Result<Streaming<StreamAssignmentsResponse>> {
        let (sender, events) = courier_queue();
        tokio::spawn(self.clone().serve_courier(cx, requests, sender));
        Ok(events)
    }

    async fn watch_assignments(
        &self,
        cx: Context,
        request: WatchAssignmentsRequest,
    ) -> Result<Streaming<WatchAssignmentsResponse>> {
        let store = self.store.clone();
        Ok(log_stream::follow(cx, self.store.changed(), request.position, move |after| read_log(store.clone(), after)))
    }
}

async fn read_log(store: Arc<dyn DispatchStore>, after: i64) -> Result<LogPage<WatchAssignmentsResponse, i64>> {
    let changes = store.changes_after(after).await?;
    let next = changes.last().map_or(after, |(_, position)| *position);
    let entries = changes.into_iter().map(|(assignment, position)| WatchAssignmentsResponse { assignment, position });
    Ok(LogPage { entries: entries.collect(), next: Some(next) })
}

fn new_assignment(request: AssignOrderRequest) -> Result<NewAssignment> {
    let mut violations = Violations::default();
    let destination = request.destination;
    validation::check_length(&mut violations, "idempotency_key", &request.idempotency_key, validation::MAX_ID);
    validation::check_id(&mut violations, "order_id", &request.order_id);
    validation::check_place(&mut violations, "destination.", destination.latitude, destination.longitude);
    validation::into_result(violations)?;
    let key = request.idempotency_key;
    let assignment_id = if key.is_empty() { Uuid::new_v4().to_string() } else { key };
    Ok(NewAssignment { assignment_id, order_id: request.order_id, destination })
}
