//! The observations of couriers and customers, which do not depend on the services.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};

use crate::generated::dispatch::v1::Point;

/// The observations of couriers and customers, which do not depend on the services.
#[derive(Debug, Default)]
pub(in super::super) struct Board(Mutex<Notes>);

#[derive(Debug, Default)]
pub(in super::super) struct Notes {
    /// The couriers: where they are, and what they do.
    couriers: BTreeMap<String, (Point, &'static str)>,
    /// The orders that dispatch confirmed as delivered.
    pub(in super::super) delivered: BTreeSet<String>,
    /// The orders that were returned for each customer and key.
    pub(in super::super) orders: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Board {
    pub(in super::super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn courier(&self, id: &str, position: &Point, doing: &'static str) {
        self.notes().couriers.insert(id.to_owned(), (position.clone(), doing));
    }

    pub(super) fn delivered(&self, order_id: &str) {
        self.notes().delivered.insert(order_id.to_owned());
    }

    /// Notes that a customer uses a key, and the order that it created, if that is known.
    pub(super) fn ordered(&self, customer: &str, key: &str, order_id: Option<&str>) {
        let mut notes = self.notes();
        let orders = notes.orders.entry((customer.to_owned(), key.to_owned())).or_default();
        orders.extend(order_id.map(str::to_owned));
    }

    /// The couriers, for the page.
    pub(in super::super) fn couriers(&self) -> Vec<Value> {
        let courier = |(id, (at, doing)): (&String, &(Point, &str))| json!({ "id": id, "latitude": at.latitude, "longitude": at.longitude, "doing": doing });
        self.notes().couriers.iter().map(courier).collect()
    }
}
