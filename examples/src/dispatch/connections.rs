//! Connected couriers and their open offers.

use std::collections::HashMap;

use rust_svc::Error;
use uuid::Uuid;

use super::queue::CourierSender;
use crate::{
    generated::dispatch::v1::{
        Assignment, Offer,
        stream_assignments_response::{Event, Withdrawn},
    },
    time,
};

/// Connected couriers, each with at most one open offer.
#[derive(Debug, Default)]
pub(super) struct Connections {
    connections: HashMap<String, Connection>,
    /// Numbers connections and offers.
    counter: u64,
}

#[derive(Debug)]
struct Connection {
    id: u64,
    sender: CourierSender,
    open: Option<OpenOffer>,
    /// The number of the last offer to the courier.
    last_offer: u64,
}

#[derive(Clone, Debug)]
struct OpenOffer {
    offer_id: String,
    assignment_id: String,
}

impl Connections {
    /// Adds a connection of a courier and returns its number. An older connection of the same courier ends.
    pub(super) fn join(&mut self, courier_id: &str, sender: CourierSender) -> u64 {
        self.counter += 1;
        let connection = Connection { id: self.counter, sender, open: None, last_offer: 0 };
        if let Some(old) = self.connections.insert(courier_id.to_owned(), connection) {
            old.sender.end(Error::aborted("the courier has connected again"));
        }
        self.counter
    }

    /// Removes a connection and its open offer, unless the courier has a newer connection.
    pub(super) fn leave(&mut self, courier_id: &str, id: u64) {
        if self.connections.get(courier_id).is_some_and(|current| current.id == id) {
            self.connections.remove(courier_id);
        }
    }

    /// Returns the couriers without an open offer, and the assignments that are offered.
    pub(super) fn idle_and_offered(&self) -> (Vec<String>, Vec<String>) {
        let (mut idle, mut offered) = (Vec::new(), Vec::new());
        for (courier_id, connection) in &self.connections {
            match &connection.open {
                Some(open) => offered.push(open.assignment_id.clone()),
                None => idle.push(courier_id.clone()),
            }
        }
        (idle, offered)
    }

    /// Offers an assignment to the candidate that waits longest for an offer. Returns `None` if no candidate is connected
    /// without an open offer.
    pub(super) fn offer(&mut self, assignment: &Assignment, candidates: &[String], expires: i64) -> Option<Offer> {
        self.counter += 1;
        let counter = self.counter;
        let connections =
            self.connections.iter_mut().filter(|(id, connection)| connection.open.is_none() && candidates.contains(id));
        let (_, connection) = connections.min_by_key(|(id, connection)| (connection.last_offer, (*id).clone()))?;
        let offer = offer(assignment, expires);
        connection.last_offer = counter;
        connection.open =
            Some(OpenOffer { offer_id: offer.offer_id.clone(), assignment_id: offer.assignment_id.clone() });
        connection.sender.send(Event::Offer(offer.clone()));
        Some(offer)
    }

    /// Closes this offer of a courier, if it is open, and returns its assignment.
    pub(super) fn answered(&mut self, courier_id: &str, offer_id: &str) -> Option<String> {
        let connection = self.connections.get_mut(courier_id)?;
        let open = connection.open.take_if(|open| open.offer_id == offer_id)?;
        Some(open.assignment_id)
    }

    /// Closes an unanswered offer. Returns false if it was answered.
    pub(super) fn expire(&mut self, offer_id: &str) -> bool {
        self.withdraw("it was not answered in time", |open| open.offer_id == offer_id)
    }

    /// Closes the open offer of an assignment, if any.
    pub(super) fn call_off(&mut self, assignment_id: &str) {
        self.withdraw("the order needs no courier any more", |open| open.assignment_id == assignment_id);
    }

    /// Closes the open offer of a courier that goes off duty.
    pub(super) fn go_off_duty(&mut self, courier_id: &str) {
        let connection = self.connections.get_mut(courier_id);
        if let Some((connection, open)) =
            connection.and_then(|connection| connection.open.take().map(|open| (connection, open)))
        {
            connection.sender.send(Event::Withdrawn(withdrawn(open, "the courier is off duty")));
        }
    }

    /// Sends a message to a courier, if it is connected.
    pub(super) fn send(&self, courier_id: &str, event: Event) {
        if let Some(connection) = self.connections.get(courier_id) {
            connection.sender.send(event);
        }
    }

    fn withdraw(&mut self, reason: &str, is_meant: impl Fn(&OpenOffer) -> bool) -> bool {
        let mut found = false;
        for connection in self.connections.values_mut() {
            if let Some(open) = connection.open.take_if(|open| is_meant(open)) {
                connection.sender.send(Event::Withdrawn(withdrawn(open, reason)));
                found = true;
            }
        }
        found
    }
}

fn offer(assignment: &Assignment, expires: i64) -> Offer {
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
