//! A courier, connected over gRPC through the generated client.

use std::time::Duration;

use rust_svc::{Client, Context, Sender, Streaming};
use tokio::time::timeout;

use crate::{
    generated::dispatch::v1::{
        Assignment, ConfirmRouteRequest, DispatchService, DispatchServiceClient, Offer, Point, Route, RouteService,
        RouteServiceClient, StreamAssignmentsRequest, StreamAssignmentsResponse,
        stream_assignments_request::{Accept, Action, Connect, Report, report::Progress},
        stream_assignments_response::Event,
    },
    node::BoxError,
};

/// The timeout of a message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A courier that is connected.
#[derive(Debug)]
pub(super) struct Courier {
    requests: Sender<StreamAssignmentsRequest>,
    responses: Streaming<StreamAssignmentsResponse>,
    routes: RouteServiceClient,
}

impl Courier {
    /// Connects a courier that is signed up.
    pub(super) async fn connect(client: Client, courier_id: &str) -> Result<Self, BoxError> {
        let (requests, received) = Streaming::channel(8);
        let connect = Action::Connect(Connect { courier_id: courier_id.to_owned() });
        requests.send(StreamAssignmentsRequest { action: Some(connect) }).await?;
        let responses = DispatchServiceClient(client.clone()).stream_assignments(Context::new(), received).await?;
        let mut courier = Self { requests, responses, routes: RouteServiceClient(client) };
        match courier.receive().await? {
            Event::Courier(_) => Ok(courier),
            other => Err(format!("{other:?} came first").into()),
        }
    }

    /// Waits for an offer and takes it.
    pub(super) async fn take_offer(&mut self) -> Result<Assignment, BoxError> {
        let offer = self.offer().await?;
        self.send(Action::Accept(Accept { offer_id: offer.offer_id })).await?;
        self.assignment().await
    }

    /// Waits for an offer.
    pub(super) async fn offer(&mut self) -> Result<Offer, BoxError> {
        loop {
            if let Event::Offer(offer) = self.receive().await? {
                return Ok(offer);
            }
        }
    }

    /// Waits for the withdrawal of an offer.
    pub(super) async fn withdrawn(&mut self) -> Result<String, BoxError> {
        loop {
            if let Event::Withdrawn(withdrawn) = self.receive().await? {
                return Ok(withdrawn.offer_id);
            }
        }
    }

    /// Waits for the state of its assignment.
    pub(super) async fn assignment(&mut self) -> Result<Assignment, BoxError> {
        loop {
            if let Event::Assignment(assignment) = self.receive().await? {
                return Ok(assignment);
            }
        }
    }

    /// Reports progress, and waits for the confirmation.
    pub(super) async fn report(&mut self, assignment_id: &str, progress: Progress) -> Result<Assignment, BoxError> {
        self.send(Action::Report(Report { assignment_id: assignment_id.to_owned(), progress })).await?;
        self.assignment().await
    }

    /// Confirms its route, with one stop.
    pub(super) async fn confirm_route(&self, assignment_id: &str, stop: Point) -> Result<Route, BoxError> {
        let assignment_id = assignment_id.to_owned();
        let request = ConfirmRouteRequest { assignment_id, stops: vec![stop], ..ConfirmRouteRequest::default() };
        Ok(self.routes.confirm_route(Context::new(), request).await?.route)
    }

    /// Waits until the connection breaks.
    pub(super) async fn disconnected(mut self) -> bool {
        loop {
            match timeout(TIMEOUT, self.responses.next()).await {
                Ok(Some(Ok(_))) => (),
                Ok(Some(Err(_)) | None) => return true,
                Err(_) => return false,
            }
        }
    }

    async fn send(&self, action: Action) -> Result<(), BoxError> {
        Ok(self.requests.send(StreamAssignmentsRequest { action: Some(action) }).await?)
    }

    async fn receive(&mut self) -> Result<Event, BoxError> {
        let received = timeout(TIMEOUT, self.responses.next()).await;
        let received = received.map_err(|_| format!("the courier received nothing for {TIMEOUT:?}"))?;
        let message = received.ok_or("dispatch closed the stream of the courier")??;
        message.event.ok_or_else(|| "dispatch sent an empty message".into())
    }
}
