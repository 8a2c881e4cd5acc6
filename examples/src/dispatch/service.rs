//! The services of dispatch over its store.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::stream;
use rust_svc::{Context, Error, Result, Streaming, Violations, async_trait};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    floor::Floor,
    store::{DispatchStore, NewAssignment},
};
use crate::{
    generated::dispatch::v1::{
        AssignOrderRequest, AssignOrderResponse, CancelAssignmentRequest, CancelAssignmentResponse, DispatchService,
        GetAssignmentRequest, GetAssignmentResponse, StreamAssignmentsRequest, StreamAssignmentsResponse,
        stream_assignments_response::Event,
    },
    rules,
};

/// The services of dispatch. Its clones are one.
#[derive(Clone)]
pub struct Dispatch {
    pub(super) store: Arc<dyn DispatchStore>,
    pub(super) rules: Rules,
    /// Who holds it matches assignments and couriers, so that no assignment is offered twice at once.
    pub(super) matching: Arc<tokio::sync::Mutex<()>>,
    floor: Arc<Mutex<Floor>>,
}

/// How long couriers are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How long one may think about an offer.
    pub offer_holds: Duration,
    /// How long one is sought for an order.
    pub search_for: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self { offer_holds: Duration::from_secs(15), search_for: Duration::from_secs(15 * 60) }
    }
}

impl Dispatch {
    /// The services over this store.
    pub fn new(store: Arc<dyn DispatchStore>, rules: Rules) -> Self {
        Self { store, rules, matching: Arc::default(), floor: Arc::default() }
    }

    /// The lock is held for a moment only, never while something is waited for.
    pub(super) fn floor(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl DispatchService for Dispatch {
    async fn assign_order(&self, _: Context, request: AssignOrderRequest) -> Result<AssignOrderResponse> {
        let assignment = self.store.assign(new_assignment(request)?).await?;
        self.match_soon();
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
        rules::check_id(&mut violations, "assignment_id", &request.assignment_id);
        rules::all_kept(violations)?;
        let assignment = self.store.cancel(&request.assignment_id).await?;
        self.floor().call_off(&assignment.assignment_id);
        self.floor().tell(&assignment.courier_id, Event::Assignment(assignment.clone()));
        self.match_soon();
        Ok(CancelAssignmentResponse { assignment })
    }

    async fn stream_assignments(
        &self,
        cx: Context,
        requests: Streaming<StreamAssignmentsRequest>,
    ) -> Result<Streaming<StreamAssignmentsResponse>> {
        let (line, told) = mpsc::unbounded_channel();
        tokio::spawn(self.clone().talk(cx, requests, line));
        Ok(Streaming::new(stream::unfold(told, async |mut told| told.recv().await.map(|event| (event, told)))))
    }
}

fn new_assignment(request: AssignOrderRequest) -> Result<NewAssignment> {
    let mut violations = Violations::default();
    let destination = request.destination;
    rules::check_length(&mut violations, "idempotency_key", &request.idempotency_key, rules::MAX_ID);
    rules::check_id(&mut violations, "order_id", &request.order_id);
    rules::check_place(&mut violations, "destination.", destination.latitude, destination.longitude);
    rules::all_kept(violations)?;
    let key = request.idempotency_key;
    let assignment_id = if key.is_empty() { Uuid::new_v4().to_string() } else { key };
    Ok(NewAssignment { assignment_id, order_id: request.order_id, destination })
}
