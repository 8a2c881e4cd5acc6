//! The stream of one courier.

use rust_svc::{Context, Error, Result, Streaming};

use super::{
    queue::CourierSender,
    service::Dispatch,
    store::{DispatchStoreError, Progress},
};
use crate::generated::dispatch::v1::{
    Assignment, StreamAssignmentsRequest,
    stream_assignments_request::{Accept, Action, Decline, Report, report},
    stream_assignments_response::{Event, Withdrawn},
};

/// The messages of a courier.
type CourierRequests = Streaming<StreamAssignmentsRequest>;

impl Dispatch {
    /// Serves a courier until the stream ends or fails.
    pub(super) async fn serve_courier(self, cx: Context, mut requests: CourierRequests, sender: CourierSender) {
        let end = tokio::select! {
            end = self.handle_requests(&mut requests, &sender) => end,
            () = cx.cancelled() => Ok(()),
            () = cx.stopping() => Err(Error::unavailable("dispatch stops")),
            () = sender.closed() => Ok(()),
        };
        if let Err(error) = end {
            sender.end(error);
        }
    }

    async fn handle_requests(&self, requests: &mut CourierRequests, sender: &CourierSender) -> Result<()> {
        let Some(first) = requests.next().await else { return Ok(()) };
        let Some(Action::Connect(connect)) = first?.action else {
            return Err(Error::invalid_argument("the first message must be `connect`"));
        };
        let guard = self.connect(connect.courier_id, sender).await?;
        self.match_couriers().await;
        while let Some(request) = requests.next().await {
            self.handle(&guard.courier_id, request?).await?;
        }
        Ok(())
    }

    /// The courier receives its state before any offer.
    async fn connect(&self, courier_id: String, sender: &CourierSender) -> Result<ConnectionGuard> {
        let courier = self.store.courier(&courier_id).await?;
        self.store.seen(&courier_id).await?;
        let assignment_id = courier.assignment_id.clone();
        let connection = self.connections().join(&courier_id, sender.clone());
        let guard = ConnectionGuard { dispatch: self.clone(), courier_id, connection };
        self.connections().send(&guard.courier_id, Event::Courier(courier));
        if !assignment_id.is_empty() {
            let assignment = self.store.assignment(&assignment_id).await?;
            self.connections().send(&guard.courier_id, Event::Assignment(assignment));
        }
        Ok(guard)
    }

    async fn handle(&self, courier_id: &str, request: StreamAssignmentsRequest) -> Result<()> {
        match request.action {
            Some(Action::Accept(accept)) => self.accepted(courier_id, accept).await,
            Some(Action::Decline(decline)) => self.declined(courier_id, decline).await,
            Some(Action::Report(report)) => self.reported(courier_id, report).await,
            Some(Action::Connect(_)) => Err(Error::invalid_argument("`connect` must be the first message only")),
            None => Err(Error::invalid_argument("the message has no action")),
        }
    }

    async fn accepted(&self, courier_id: &str, accept: Accept) -> Result<()> {
        let answered = self.connections().answered(courier_id, &accept.offer_id);
        let Some(assignment_id) = answered else {
            self.too_late(courier_id, accept.offer_id);
            return Ok(());
        };
        match self.store.accept(&assignment_id, courier_id).await {
            Ok(assignment) => self.send_assignment(assignment),
            Err(error @ DispatchStoreError::Database(_)) => return Err(error.into()),
            Err(_) => self.too_late(courier_id, accept.offer_id),
        }
        self.match_couriers().await;
        Ok(())
    }

    async fn declined(&self, courier_id: &str, decline: Decline) -> Result<()> {
        let answered = self.connections().answered(courier_id, &decline.offer_id);
        self.store.seen(courier_id).await?;
        if let Some(assignment_id) = answered {
            self.store.decline(&assignment_id, courier_id).await?;
            self.match_couriers().await;
        }
        Ok(())
    }

    async fn reported(&self, courier_id: &str, report: Report) -> Result<()> {
        let progress = match report.progress {
            report::Progress::PickedUp => Progress::PickedUp,
            report::Progress::Delivered => Progress::Delivered,
            report::Progress::Unrecognized(_) => {
                return Err(Error::invalid_argument("this progress is not known here"));
            }
        };
        let assignment = self.store.progress(&report.assignment_id, courier_id, progress).await?;
        self.send_assignment(assignment);
        self.match_couriers().await;
        Ok(())
    }

    fn send_assignment(&self, assignment: Assignment) {
        let courier_id = assignment.courier_id.clone();
        self.connections().send(&courier_id, Event::Assignment(assignment));
    }

    fn too_late(&self, courier_id: &str, offer_id: String) {
        let reason = "the offer is no more".to_owned();
        self.connections().send(courier_id, Event::Withdrawn(Withdrawn { offer_id, reason }));
    }
}

/// Removes the connection when it is dropped, so that its offer goes to another courier.
struct ConnectionGuard {
    dispatch: Dispatch,
    courier_id: String,
    connection: u64,
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.dispatch.connections().leave(&self.courier_id, self.connection);
        self.dispatch.spawn_matching();
    }
}
