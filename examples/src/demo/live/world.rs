//! The processes with simulated couriers and customers.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use rust_svc::Server;
use serde_json::json;
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
};

use super::{
    super::{
        services::Services,
        simulation::{Board, Habits, PRODUCTS, SimulatedCourier, SimulatedCustomer},
    },
    control::{Control, control_routes},
    observer::Observations,
};
use crate::{access::Role, node::BoxError};

/// The pace of a simulation.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Pace {
    /// The number of couriers, and how they behave.
    pub(in super::super) couriers: usize,
    pub(in super::super) habits: Habits,
    /// The number of customers, and the longest time between two orders of one.
    pub(in super::super) customers: usize,
    pub(in super::super) pause: Duration,
    /// Arguments of dispatch.
    pub(in super::super) dispatch: &'static [&'static str],
}

impl Pace {
    /// Removes the customers.
    pub(in super::super) const fn without_customers(self) -> Self {
        Self { customers: 0, ..self }
    }

    /// As fast as faults come.
    pub(in super::super) const HURRIED: Self = Self {
        couriers: 8,
        habits: Habits {
            tick: Duration::from_millis(150),
            away: Duration::from_secs(9),
            refuses: 15,
            stalls: 8,
            vanishes: 8,
        },
        customers: 6,
        pause: Duration::from_millis(900),
        dispatch: &["--offer-holds", "1", "--search-for", "8", "--silent-after", "4", "--lost-after", "4"],
    };

    /// Slow enough to watch.
    pub(in super::super) const WATCHED: Self = Self {
        couriers: 6,
        habits: Habits {
            tick: Duration::from_millis(1_000),
            away: Duration::from_secs(20),
            refuses: 15,
            stalls: 10,
            vanishes: 8,
        },
        customers: 5,
        pause: Duration::from_secs(12),
        dispatch: &["--offer-holds", "4", "--search-for", "90", "--silent-after", "10", "--lost-after", "20"],
    };
}

/// The processes with simulated couriers and customers.
pub(in super::super) struct LiveDemo {
    pub(in super::super) services: Arc<Mutex<Services>>,
    pub(in super::super) board: Arc<Board>,
    pub(in super::super) habits: watch::Sender<Habits>,
    pub(in super::super) pause: watch::Sender<Option<Duration>>,
    tasks: JoinSet<()>,
}

impl LiveDemo {
    /// Starts everything. The seed decides what couriers and customers do.
    pub(in super::super) async fn start(pace: Pace, seed: u64) -> Result<Self, BoxError> {
        let services = Services::start(pace.dispatch).await?;
        fill_the_shelves(&services).await?;
        let mut random = Rng::with_seed(seed);
        let (board, habits, pause) =
            (Arc::new(Board::default()), watch::Sender::new(pace.habits), watch::Sender::new(Some(pace.pause)));
        let mut tasks = JoinSet::new();
        for number in 1..=pace.couriers {
            let id = format!("courier-{number}");
            let client = services.client("dispatch", Role::Courier, &id)?;
            let courier = SimulatedCourier::new(&id, client, habits.subscribe(), random.fork(), board.clone());
            tasks.spawn(async { match courier.work().await {} });
        }
        for number in 1..=pace.customers {
            let name = format!("customer-{number}");
            let http = services.http("gateway", Role::Customer, &name);
            let customer = SimulatedCustomer::new(&name, http, pause.subscribe(), random.fork(), board.clone());
            tasks.spawn(async { match customer.live().await {} });
        }
        Ok(Self { services: Arc::new(Mutex::new(services)), board, habits, pause, tasks })
    }

    /// Serves the control API on a port of its own, and returns the URL of the page.
    pub(in super::super) async fn show(&mut self) -> Result<String, BoxError> {
        let observations = Arc::new(Observations::default());
        self.tasks.spawn(observations.clone().observe(self.services.clone()));
        let page = self.services.lock().await.url("gateway");
        let control = Control::new(self.services.clone(), self.board.clone(), observations, &page).await;
        let key = control.key().to_owned();
        let bound = Server::new().http(control_routes(control)).bind("127.0.0.1:0").await?;
        let port = bound.local_addr().port();
        self.tasks.spawn(bound.run_until(std::future::pending()));
        Ok(format!("{page}/#control={port}&key={key}"))
    }

    /// Stops couriers and customers.
    pub(in super::super) async fn rest(&mut self) {
        self.tasks.shutdown().await;
    }

    /// Stops couriers, customers and processes. Returns whether all processes stopped in order.
    pub(in super::super) async fn stop(mut self) -> bool {
        self.tasks.shutdown().await;
        match Arc::try_unwrap(self.services) {
            Ok(services) => services.into_inner().stop_all().await,
            Err(_) => false,
        }
    }
}

async fn fill_the_shelves(services: &Services) -> Result<(), BoxError> {
    let readings = PRODUCTS.map(|(product, on_hand)| {
        json!({ "sensorId": "door", "productId": product, "onHand": on_hand, "readTime": "2025-01-01T00:00:00Z" })
    });
    services.http("inventory", Role::Sensor, "door").upload("/v1/inventory:uploadTelemetry", &readings).await?;
    Ok(())
}
