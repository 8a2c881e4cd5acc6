//! The three services on one clock, a customer and a courier.

use std::time::Duration;

use examples::{
    dispatch::{
        DispatchConfig,
        store::{CourierUpdate, DispatchStore, Progress},
    },
    generated::{
        dispatch::v1::assignment::Status as AssignmentStatus,
        inventory::v1::{CheckStockRequest, InventoryService, UploadTelemetryRequest},
        order::v1::{Address, CancelOrderRequest, CreateOrderRequest, OrderItem, OrderService, order::Status},
    },
    inventory::store::StockStore,
    order::{
        saga::FOLLOW_EVERY,
        status,
        store::{Filter, OrderStore, StoredOrder},
    },
    time::Clock,
};
use rust_svc::{Context, Streaming};
use tokio::time;

use crate::{
    faults::{Defect, Fault, Faults},
    system::{Processes, Stores},
};

const COUNTED: i64 = 10;
const QUANTITY: i32 = 2;
/// The time of a round, longer than a lease and the wait of a waiting order.
const ROUND: Duration = FOLLOW_EVERY.saturating_add(Duration::from_secs(1));
/// The configuration of dispatch.
const CONFIG: DispatchConfig = DispatchConfig {
    offer_holds: Duration::from_secs(15),
    search_for: ROUND.saturating_mul(5),
    silent_after: Duration::from_mins(10),
    lost_after: Duration::from_hours(24),
};
/// The time after which a process that does nothing has crashed or waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// The actions of customer and courier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Story {
    /// The courier delivers.
    Delivery,
    /// The customer cancels at once.
    Cancellation,
    /// The customer cancels when the courier has picked the order up.
    LateCancellation,
    /// There is no courier.
    NoCourier,
}

impl Story {
    pub(crate) const ALL: [Self; 4] = [Self::Delivery, Self::Cancellation, Self::LateCancellation, Self::NoCourier];
}

pub(crate) struct World {
    story: Story,
    clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) stores: Stores,
    pub(crate) processes: Processes,
}

impl World {
    pub(crate) async fn new(story: Story, target: Option<(usize, Fault)>, defect: Option<Defect>) -> Self {
        let (clock, faults) = (Clock::manual(), Faults::new(target, defect));
        let stores = Stores::open(&clock).await;
        let processes = Processes::start(&stores, CONFIG, &faults, &clock);
        let reading = UploadTelemetryRequest { product_id: "tea".into(), on_hand: COUNTED, ..Default::default() };
        let readings = Streaming::from_messages([reading]);
        processes.inventory.upload_telemetry(Context::new(), readings).await.expect("counted");
        clock.advance(Duration::from_secs(1));
        let courier = CourierUpdate { courier_id: "c1".into(), ..CourierUpdate::default() };
        stores.couriers.update_courier(courier).await.expect("registered");
        Self { story, clock, faults, stores, processes }
    }

    /// Plays the story until the order has ended and nothing is owed, or for many rounds. Delayed calls come last.
    pub(crate) async fn play(&mut self) {
        for round in 0..20 {
            self.customer(round).await;
            self.tend().await;
            self.courier().await;
            self.keep_house().await;
            self.clock.advance(ROUND);
            if round > 1 && self.has_ended().await {
                break;
            }
        }
        self.faults.deliver_delayed().await;
        self.clock.advance(ROUND);
        self.tend().await;
    }

    async fn has_ended(&self) -> bool {
        let owed = self.stores.orders.obligations(1).await.expect("read").total;
        owed == 0 && self.all().await.iter().all(|order| status::is_over(order.status))
    }

    async fn customer(&mut self, round: usize) {
        let orders = self.all().await;
        let order = orders.first();
        // A customer without a response repeats the request.
        if round < 2 {
            let (process, request) = (self.processes.orders.clone(), request());
            self.run(async move { drop(process.create_order(Context::new(), request).await) }).await;
        }
        let has_left = matches!(self.assignment().await, Some(AssignmentStatus::PickedUp));
        let cancels = match self.story {
            Story::Cancellation => true,
            Story::LateCancellation => has_left,
            Story::Delivery | Story::NoCourier => false,
        };
        if let (true, Some(order)) = (cancels, order) {
            let request = CancelOrderRequest { order_id: order.order.order_id.clone(), ..Default::default() };
            let process = self.processes.orders.clone();
            self.run(async move { drop(process.cancel_order(Context::new(), request).await) }).await;
        }
    }

    async fn tend(&mut self) {
        let process = self.processes.orders.clone();
        self.run(async move { drop(process.tend(&Context::new()).await) }).await;
    }

    /// Makes one step with the assignment.
    async fn courier(&mut self) {
        if self.story == Story::NoCourier {
            return;
        }
        let Some(id) = self.assignment_id().await else { return };
        let status = self.assignment().await;
        let store = self.processes.couriers.clone();
        self.run(async move {
            match status {
                Some(AssignmentStatus::Searching) => drop(store.accept(&id, "c1").await),
                Some(AssignmentStatus::Accepted) => drop(store.progress(&id, "c1", Progress::PickedUp).await),
                Some(AssignmentStatus::PickedUp) => drop(store.progress(&id, "c1", Progress::Delivered).await),
                _ => (),
            }
        })
        .await;
    }

    /// Dispatch gives up searching_since searches, and reservations expire that were not repeated.
    async fn keep_house(&mut self) {
        let Processes { dispatch, stock, .. } = self.processes.clone();
        self.run(async move { dispatch.match_couriers().await }).await;
        self.run(async move { drop(stock.expire().await) }).await;
    }

    /// Runs a part of the processes. If they crash, new ones start on the stores.
    async fn run(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        let mut task = tokio::spawn(work);
        let begun = time::Instant::now();
        while !task.is_finished() && begun.elapsed() < PATIENCE {
            if self.faults.take_crash() {
                task.abort();
                self.processes = Processes::start(&self.stores, CONFIG, &self.faults, &self.clock);
                return;
            }
            let _ = time::timeout(Duration::from_millis(1), &mut task).await;
        }
    }

    async fn all(&self) -> Vec<StoredOrder> {
        let filter = Filter { limit: 9, max_items: usize::MAX, ..Filter::default() };
        self.stores.orders.list(filter).await.expect("listed").orders
    }

    async fn assignment_id(&self) -> Option<String> {
        let changes = self.stores.couriers.changes_after(0).await.expect("read");
        changes.last().map(|(assignment, _)| assignment.assignment_id.clone())
    }

    async fn assignment(&self) -> Option<AssignmentStatus> {
        self.stores.couriers.assignment(&self.assignment_id().await?).await.expect("there").status
    }

    /// Returns what is wrong at the end.
    pub(crate) async fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                violations.push(what)
            }
        };
        let orders = self.all().await;
        check(orders.len() == 1, format!("{} orders of one key", orders.len()));
        let request = CheckStockRequest { product_id: "tea".into() };
        let stock = self.processes.inventory.check_stock(Context::new(), request).await.expect("there").stock;
        let levels = (stock.available, stock.reserved, stock.shipped);
        let statuses: Vec<_> = orders.iter().map(|order| order.status).collect();
        let delivered = self.assignment().await == Some(AssignmentStatus::Delivered);
        let shipped = if delivered { i64::from(QUANTITY) } else { 0 };
        check(levels == (COUNTED - shipped, 0, shipped), format!("stock {levels:?}, delivered: {delivered}"));
        let expected = if delivered { Status::Delivered } else { self.undone() };
        check(statuses.iter().all(|status| *status == expected), format!("{statuses:?} instead of {expected:?}"));
        let owed = self.stores.orders.obligations(9).await.expect("read");
        check(owed.total == 0, format!("owed: {:?}", owed.oldest));
        violations
    }

    fn undone(&self) -> Status {
        if self.story == Story::NoCourier { Status::Failed } else { Status::Cancelled }
    }
}

fn request() -> CreateOrderRequest {
    CreateOrderRequest {
        idempotency_key: "k".into(),
        customer_id: "ann".into(),
        items: vec![OrderItem { product_id: "tea".into(), quantity: QUANTITY, ..OrderItem::default() }],
        delivery_address: Address { city: "Bergen".into(), ..Address::default() },
        instructions: None,
    }
}
