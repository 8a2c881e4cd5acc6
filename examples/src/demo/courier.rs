//! A courier with a phone: it talks with dispatch over gRPC, through the generated client.

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
    node::Failure,
};

/// How long a courier waits for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// A courier that is connected.
#[derive(Debug)]
pub(super) struct Courier {
    says: Sender<StreamAssignmentsRequest>,
    hears: Streaming<StreamAssignmentsResponse>,
    routes: RouteServiceClient,
}

impl Courier {
    /// Connects a courier that is signed up.
    pub(super) async fn connect(dispatch: &str, courier_id: &str) -> Result<Self, Failure> {
        let client = Client::new(dispatch)?;
        let (says, heard) = Streaming::channel(8);
        let connect = Action::Connect(Connect { courier_id: courier_id.to_owned() });
        says.send(StreamAssignmentsRequest { action: Some(connect) }).await?;
        let hears = DispatchServiceClient(client.clone()).stream_assignments(Context::new(), heard).await?;
        let mut courier = Self { says, hears, routes: RouteServiceClient(client) };
        match courier.hear().await? {
            Event::Courier(_) => Ok(courier),
            other => Err(format!("{other:?} came first").into()),
        }
    }

    /// Waits for an offer and takes it.
    pub(super) async fn take_offer(&mut self) -> Result<Assignment, Failure> {
        let offer = self.offer().await?;
        self.say(Action::Accept(Accept { offer_id: offer.offer_id })).await?;
        self.assignment().await
    }

    /// Waits for an offer.
    pub(super) async fn offer(&mut self) -> Result<Offer, Failure> {
        loop {
            if let Event::Offer(offer) = self.hear().await? {
                return Ok(offer);
            }
        }
    }

    /// Waits to be told that an offer is no more.
    pub(super) async fn withdrawn(&mut self) -> Result<String, Failure> {
        loop {
            if let Event::Withdrawn(withdrawn) = self.hear().await? {
                return Ok(withdrawn.offer_id);
            }
        }
    }

    /// Waits to be told how its assignment stands.
    pub(super) async fn assignment(&mut self) -> Result<Assignment, Failure> {
        loop {
            if let Event::Assignment(assignment) = self.hear().await? {
                return Ok(assignment);
            }
        }
    }

    /// Says how far it has come, and waits until dispatch knows.
    pub(super) async fn report(&mut self, assignment_id: &str, progress: Progress) -> Result<Assignment, Failure> {
        self.say(Action::Report(Report { assignment_id: assignment_id.to_owned(), progress })).await?;
        self.assignment().await
    }

    /// Fixes its way, with one stop.
    pub(super) async fn confirm_route(&self, assignment_id: &str, stop: Point) -> Result<Route, Failure> {
        let assignment_id = assignment_id.to_owned();
        let request = ConfirmRouteRequest { assignment_id, stops: vec![stop], ..ConfirmRouteRequest::default() };
        Ok(self.routes.confirm_route(Context::new(), request).await?.route)
    }

    /// Waits until the connection breaks.
    pub(super) async fn disconnected(mut self) -> bool {
        loop {
            match timeout(PATIENCE, self.hears.next()).await {
                Ok(Some(Ok(_))) => (),
                Ok(Some(Err(_)) | None) => return true,
                Err(_) => return false,
            }
        }
    }

    async fn say(&self, action: Action) -> Result<(), Failure> {
        Ok(self.says.send(StreamAssignmentsRequest { action: Some(action) }).await?)
    }

    async fn hear(&mut self) -> Result<Event, Failure> {
        let heard = timeout(PATIENCE, self.hears.next()).await;
        let heard = heard.map_err(|_| format!("the courier heard nothing for {PATIENCE:?}"))?;
        let message = heard.ok_or("dispatch hung up on the courier")??;
        message.event.ok_or_else(|| "dispatch said nothing".into())
    }
}
