//! Services that serve on free ports, and clients of them.

use std::{sync::Arc, time::Duration};

use examples::{
    database::IN_MEMORY,
    dispatch::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore},
    generated::{
        dispatch::v1::{
            CourierService, CourierServiceClient, DispatchServiceClient, RouteServiceClient,
            UpdateCourierStatusRequest, courier::Availability, courier_service_adapter, dispatch_service_adapter,
            route_service_adapter,
        },
        inventory::v1::{InventoryService, InventoryServiceClient, UploadTelemetryRequest, inventory_service_adapter},
        order::v1::{Address, CreateOrderRequest, OrderItem, OrderServiceClient, order_service_adapter},
    },
    inventory::{Inventory, sqlite::SqliteStockStore},
    order::{Orders, sqlite::SqliteOrderStore},
    time::Clock,
};
use rust_svc::{Client, Context, Server, Streaming};
use tokio::{sync::oneshot, task::JoinHandle};

/// A server that serves until it is stopped.
pub(crate) struct Serving {
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Serving {
    pub(crate) async fn start(server: Server, listen: &str) -> Self {
        let bound = server.shutdown_after(Duration::from_millis(100)).bind(listen).await.expect("binds");
        let url = format!("http://{}", bound.local_addr());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(bound.run_until(async move {
            let _ = stopped.await;
        }));
        Self { url, stop, task }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url).expect("an address")
    }

    /// Stops, and waits until the port is closed.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.expect("stops");
    }
}

/// An inventory of five teas.
pub(crate) async fn inventory() -> Serving {
    let store = SqliteStockStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
    let inventory = Arc::new(Inventory::new(Arc::new(store), Clock::default()));
    let serving = Serving::start(Server::new().adapter(inventory_service_adapter(inventory)), "127.0.0.1:0").await;
    let reading = UploadTelemetryRequest { product_id: "tea".into(), on_hand: 5, ..UploadTelemetryRequest::default() };
    let client = InventoryServiceClient(serving.client());
    client.upload_telemetry(Context::new(), Streaming::from_messages([reading])).await.expect("counted");
    serving
}

/// Dispatch with one courier, `c1`, on its database.
pub(crate) async fn dispatch(database: &str, listen: &str) -> Serving {
    let store = SqliteDispatchStore::open(database, Clock::default()).await.expect("opens");
    let dispatch = Arc::new(Dispatch::new(Arc::new(store), DispatchConfig::default(), Clock::default()));
    let server = Server::new()
        .adapter(dispatch_service_adapter(dispatch.clone()))
        .adapter(courier_service_adapter(dispatch.clone()))
        .adapter(route_service_adapter(dispatch));
    let serving = Serving::start(server, listen).await;
    let request = UpdateCourierStatusRequest {
        courier_id: "c1".into(),
        availability: Some(Availability::Available),
        ..UpdateCourierStatusRequest::default()
    };
    let couriers = CourierServiceClient(serving.client());
    couriers.update_courier_status(Context::new(), request).await.expect("signed up");
    serving
}

/// The order service on its database, and the business behind it.
pub(crate) async fn orders(database: &str, inventory: &Serving, dispatch: &Serving) -> (Serving, Orders) {
    let store = SqliteOrderStore::open(database, Clock::default()).await.expect("opens");
    let inventory = Arc::new(InventoryServiceClient(inventory.client()));
    let dispatch = Arc::new(DispatchServiceClient(dispatch.client()));
    let orders = Orders::new(Arc::new(store), inventory, dispatch, Clock::default());
    let adapter = order_service_adapter(Arc::new(orders.clone()));
    (Serving::start(Server::new().adapter(adapter), "127.0.0.1:0").await, orders)
}

pub(crate) struct System {
    pub(crate) inventory: Serving,
    pub(crate) dispatch: Serving,
    pub(crate) order: Serving,
    pub(crate) business: Orders,
}

impl System {
    pub(crate) async fn build() -> Self {
        let (inventory, dispatch) = tokio::join!(inventory(), dispatch(IN_MEMORY, "127.0.0.1:0"));
        let (order, business) = orders(IN_MEMORY, &inventory, &dispatch).await;
        Self { inventory, dispatch, order, business }
    }

    pub(crate) fn inventory(&self) -> InventoryServiceClient {
        InventoryServiceClient(self.inventory.client())
    }

    pub(crate) fn orders(&self) -> OrderServiceClient {
        OrderServiceClient(self.order.client())
    }

    pub(crate) fn dispatch(&self) -> DispatchServiceClient {
        DispatchServiceClient(self.dispatch.client())
    }

    pub(crate) fn routes(&self) -> RouteServiceClient {
        RouteServiceClient(self.dispatch.client())
    }
}

/// An order of some teas.
pub(crate) fn teas(key: &str, quantity: i32) -> CreateOrderRequest {
    CreateOrderRequest {
        idempotency_key: key.into(),
        customer_id: "ann".into(),
        items: vec![OrderItem { product_id: "tea".into(), quantity, ..OrderItem::default() }],
        delivery_address: Address { city: "Bergen".into(), latitude: 60.39, longitude: 5.32, ..Address::default() },
        instructions: None,
    }
}
