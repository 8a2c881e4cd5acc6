//! A courier that accepts, refuses, stalls and vanishes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use fastrand::Rng;
use rust_svc::{Client, Context, Result, Sender, Streaming};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::Board;
use crate::generated::dispatch::v1::{
    Assignment, CourierService, CourierServiceClient, DispatchService, DispatchServiceClient, Offer, Point,
    StreamAssignmentsRequest, UpdateCourierStatusRequest,
    assignment::Status,
    courier::Availability,
    stream_assignments_request::{Accept, Action, Connect, Decline, Report, report::Progress},
    stream_assignments_response::Event,
};

/// The centre of Bergen, and how far couriers are from it at the beginning, in degrees.
const CENTRE: Point = Point { latitude: 60.392, longitude: 5.324 };
const AROUND: f64 = 0.02;
/// The ticks before a pickup, and on the way to the customer.
const TICKS_TO_PICK_UP: u32 = 2;
const TICKS_TO_DELIVER: u32 = 5;

/// How couriers behave.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Habits {
    /// The time between two steps.
    pub(in super::super) tick: Duration,
    /// The time for which a courier that has vanished is away.
    pub(in super::super) away: Duration,
    /// Of a hundred offers, how many are refused, ignored, or accepted by a courier that then vanishes.
    pub(in super::super) refuses: u8,
    pub(in super::super) stalls: u8,
    pub(in super::super) vanishes: u8,
}

impl Habits {
    /// Couriers who do what they should.
    pub(in super::super) fn faithful(self) -> Self {
        Self { refuses: 0, stalls: 0, vanishes: 0, ..self }
    }
}

/// A simulated courier.
pub(in super::super) struct SimulatedCourier {
    id: String,
    client: Client,
    habits: tokio::sync::watch::Receiver<Habits>,
    random: Rng,
    board: Arc<Board>,
    position: Point,
    /// Its assignment, and the ticks since its last change.
    task: Option<(Assignment, u32)>,
    vanishes_at: Option<Instant>,
}

impl SimulatedCourier {
    pub(in super::super) fn new(
        id: &str,
        client: Client,
        habits: tokio::sync::watch::Receiver<Habits>,
        mut random: Rng,
        board: Arc<Board>,
    ) -> Self {
        let mut near = |degrees: f64| degrees + (random.f64() - 0.5) * AROUND;
        let position = Point { latitude: near(CENTRE.latitude), longitude: near(CENTRE.longitude) };
        Self { id: id.to_owned(), client, habits, random, board, position, task: None, vanishes_at: None }
    }

    /// Works forever, and connects again whenever the connection breaks.
    pub(in super::super) async fn work(mut self) -> Infallible {
        loop {
            if let Err(error) = self.shift().await {
                tracing::debug!(courier = self.id, %error, "the connection of a courier broke");
            }
            let is_away = self.vanishes_at.take().is_some();
            self.show(if is_away { "vanished" } else { "connecting" });
            let wait = if is_away { self.habits.borrow().away } else { Duration::from_millis(300) };
            sleep(wait).await;
        }
    }

    /// Works until the connection breaks, or the courier vanishes.
    async fn shift(&mut self) -> Result<()> {
        self.report_position().await?;
        let (requests, received) = Streaming::channel(8);
        send(&requests, Action::Connect(Connect { courier_id: self.id.clone() })).await?;
        let dispatch = DispatchServiceClient(self.client.clone());
        let mut events = dispatch.stream_assignments(Context::new(), received).await?;
        let mut ticks = interval(self.habits.borrow().tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.next() => match event.transpose()?.and_then(|message| message.event) {
                    Some(event) => self.react(event, &requests).await?,
                    None => return Ok(()),
                },
                _ = ticks.tick() => self.step(&requests).await?,
            }
            if self.vanishes_at.is_some_and(|time| time <= Instant::now()) {
                return Ok(());
            }
        }
    }

    async fn react(&mut self, event: Event, requests: &Sender<StreamAssignmentsRequest>) -> Result<()> {
        match event {
            Event::Offer(offer) => self.answer(offer, requests).await,
            Event::Assignment(assignment) => {
                self.take(assignment);
                Ok(())
            }
            Event::Courier(courier) => {
                // A courier without an assignment has lost what it had.
                self.task = self.task.take().filter(|_| !courier.assignment_id.is_empty());
                Ok(())
            }
            Event::Withdrawn(_) => Ok(()),
        }
    }

    async fn answer(&mut self, offer: Offer, requests: &Sender<StreamAssignmentsRequest>) -> Result<()> {
        let Habits { refuses, stalls, vanishes, tick, .. } = *self.habits.borrow();
        let offer_id = offer.offer_id;
        match self.random.u8(0..100) {
            chance if chance < refuses => {
                send(requests, Action::Decline(Decline { offer_id, reason: "a flat tyre".to_owned() })).await
            }
            chance if chance < refuses + stalls => Ok(()),
            chance => {
                if chance < refuses + stalls + vanishes {
                    self.vanishes_at = Some(Instant::now() + tick * self.random.u32(0..8));
                }
                send(requests, Action::Accept(Accept { offer_id })).await
            }
        }
    }

    fn take(&mut self, assignment: Assignment) {
        if assignment.status == Some(Status::Delivered) {
            self.board.delivered(&assignment.order_id);
        }
        let is_mine = matches!(assignment.status, Some(Status::Accepted | Status::PickedUp));
        self.task = is_mine.then_some((assignment, 0));
    }

    /// Moves, and reports where it is and what it has done.
    async fn step(&mut self, requests: &Sender<StreamAssignmentsRequest>) -> Result<()> {
        self.report_position().await?;
        let Some((assignment, ticks)) = &mut self.task else {
            self.show("waiting");
            return Ok(());
        };
        *ticks += 1;
        let id = assignment.assignment_id.clone();
        if assignment.status == Some(Status::Accepted) {
            let is_there = *ticks >= TICKS_TO_PICK_UP;
            self.show("fetching");
            return if is_there { report(requests, id, Progress::PickedUp).await } else { Ok(()) };
        }
        let (goal, left) = (assignment.destination.clone().unwrap_or(CENTRE), TICKS_TO_DELIVER.saturating_sub(*ticks));
        self.position.latitude += (goal.latitude - self.position.latitude) / f64::from(left + 1);
        self.position.longitude += (goal.longitude - self.position.longitude) / f64::from(left + 1);
        self.show("delivering");
        if left == 0 { report(requests, id, Progress::Delivered).await } else { Ok(()) }
    }

    async fn report_position(&self) -> Result<()> {
        let request = UpdateCourierStatusRequest {
            courier_id: self.id.clone(),
            availability: Some(Availability::Available),
            position: Some(self.position.clone()),
            ..UpdateCourierStatusRequest::default()
        };
        CourierServiceClient(self.client.clone()).update_courier_status(Context::new(), request).await.map(drop)
    }

    fn show(&self, doing: &'static str) {
        self.board.courier(&self.id, &self.position, doing);
    }
}

async fn report(requests: &Sender<StreamAssignmentsRequest>, assignment_id: String, progress: Progress) -> Result<()> {
    send(requests, Action::Report(Report { assignment_id, progress })).await
}

async fn send(requests: &Sender<StreamAssignmentsRequest>, action: Action) -> Result<()> {
    requests.send(StreamAssignmentsRequest { action: Some(action) }).await
}
