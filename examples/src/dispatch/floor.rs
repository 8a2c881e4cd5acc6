//! The couriers that are connected, and the offers that they have not answered yet.

use std::{collections::HashMap, time::Duration};

use rust_svc::{Error, Result};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use crate::{
    generated::dispatch::v1::{
        Assignment, Offer, StreamAssignmentsResponse,
        stream_assignments_response::{Event, Withdrawn},
    },
    time,
};

/// What reaches a courier. There is at most one open offer, so nothing piles up.
pub(super) type Line = UnboundedSender<Result<StreamAssignmentsResponse>>;

/// The couriers that are connected, and the offers that they have not answered yet: one each.
#[derive(Debug, Default)]
pub(super) struct Floor {
    seats: HashMap<String, Seat>,
    /// Counts connections and offers.
    counter: u64,
}

#[derive(Debug)]
struct Seat {
    connection: u64,
    line: Line,
    open: Option<OpenOffer>,
    /// When the courier had its last offer, by the counter.
    last_offer: u64,
}

#[derive(Clone, Debug)]
struct OpenOffer {
    offer_id: String,
    assignment_id: String,
}

impl Floor {
    /// Connects a courier; gives the number of the connection. An older connection of the same courier ends.
    pub(super) fn join(&mut self, courier_id: &str, line: Line) -> u64 {
        self.counter += 1;
        let seat = Seat { connection: self.counter, line, open: None, last_offer: 0 };
        if let Some(old) = self.seats.insert(courier_id.to_owned(), seat) {
            // It may be gone already.
            let _ = old.line.send(Err(Error::aborted("the courier has connected again")));
        }
        self.counter
    }

    /// Disconnects a courier, unless it has a newer connection. Its open offer is no more.
    pub(super) fn leave(&mut self, courier_id: &str, connection: u64) {
        if self.seats.get(courier_id).is_some_and(|seat| seat.connection == connection) {
            self.seats.remove(courier_id);
        }
    }

    /// True if somebody has an open offer of this assignment.
    pub(super) fn is_offered(&self, assignment_id: &str) -> bool {
        self.seats.values().any(|seat| seat.is_asked_for(assignment_id))
    }

    /// Offers an assignment to the candidate who waits longest for an offer. `None` if none of them is connected and
    /// without one.
    pub(super) fn offer(&mut self, assignment: &Assignment, candidates: &[String], holds: Duration) -> Option<Offer> {
        self.counter += 1;
        let counter = self.counter;
        let seats = self.seats.iter_mut().filter(|(id, seat)| seat.open.is_none() && candidates.contains(id));
        let (_, seat) = seats.min_by_key(|(id, seat)| (seat.last_offer, (*id).clone()))?;
        let offer = offer(assignment, holds);
        seat.last_offer = counter;
        seat.open = Some(OpenOffer { offer_id: offer.offer_id.clone(), assignment_id: offer.assignment_id.clone() });
        seat.tell(Event::Offer(offer.clone()));
        Some(offer)
    }

    /// Closes the open offer of a courier, if it is this one, and gives the assignment that it was about.
    pub(super) fn answered(&mut self, courier_id: &str, offer_id: &str) -> Option<String> {
        let seat = self.seats.get_mut(courier_id)?;
        let open = seat.open.take_if(|open| open.offer_id == offer_id)?;
        Some(open.assignment_id)
    }

    /// Closes an offer that nobody answered. False if somebody did.
    pub(super) fn expire(&mut self, offer_id: &str) -> bool {
        self.withdraw("it was not answered in time", |open| open.offer_id == offer_id)
    }

    /// Closes the open offer of an assignment, if there is one.
    pub(super) fn call_off(&mut self, assignment_id: &str) {
        self.withdraw("the order needs no courier any more", |open| open.assignment_id == assignment_id);
    }

    /// Closes the open offer of a courier that takes none any more.
    pub(super) fn go_off_duty(&mut self, courier_id: &str) {
        let seat = self.seats.get_mut(courier_id);
        if let Some((seat, open)) = seat.and_then(|seat| seat.open.take().map(|open| (seat, open))) {
            seat.tell(Event::Withdrawn(withdrawn(open, "the courier is off duty")));
        }
    }

    /// Tells a courier something, if it is connected.
    pub(super) fn tell(&self, courier_id: &str, event: Event) {
        if let Some(seat) = self.seats.get(courier_id) {
            seat.tell(event);
        }
    }

    fn withdraw(&mut self, reason: &str, is_meant: impl Fn(&OpenOffer) -> bool) -> bool {
        let mut found = false;
        for seat in self.seats.values_mut() {
            if let Some(open) = seat.open.take_if(|open| is_meant(open)) {
                seat.tell(Event::Withdrawn(withdrawn(open, reason)));
                found = true;
            }
        }
        found
    }
}

impl Seat {
    fn is_asked_for(&self, assignment_id: &str) -> bool {
        self.open.as_ref().is_some_and(|open| open.assignment_id == assignment_id)
    }

    /// A courier that is gone leaves by itself.
    fn tell(&self, event: Event) {
        let _ = self.line.send(Ok(StreamAssignmentsResponse { event: Some(event) }));
    }
}

fn offer(assignment: &Assignment, holds: Duration) -> Offer {
    let expires = time::now().saturating_add(i64::try_from(holds.as_micros()).unwrap_or(i64::MAX));
    Offer {
        offer_id: Uuid::new_v4().to_string(),
        assignment_id: assignment.assignment_id.clone(),
        order_id: assignment.order_id.clone(),
        destination: assignment.destination.clone(),
        expire_time: time::from_micros(expires),
    }
}

fn withdrawn(open: OpenOffer, reason: &str) -> Withdrawn {
    Withdrawn { offer_id: open.offer_id, reason: reason.to_owned() }
}
