//! The process that faces the public: HTTP and JSON in front of the services.

use std::sync::Arc;

use rust_svc::{Client, Server};

use super::{BoxError, ProcessOptions};
use crate::{
    generated::{
        dispatch::v1::{
            CourierServiceClient, DispatchServiceClient, RouteServiceClient, courier_service_gateway,
            dispatch_service_gateway, route_service_gateway,
        },
        inventory::v1::{InventoryServiceClient, inventory_service_gateway},
        order::v1::{OrderServiceClient, order_service_gateway, tracking_service_gateway},
    },
    tracking::Tracking,
};

/// Serves all services over HTTP and JSON, and the tracking of orders
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "gateway", version)]
pub struct GatewayNode {
    /// The address to listen on; port 0 chooses a free port
    #[arg(long, value_name = "HOST:PORT", env = "GATEWAY_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    #[command(flatten)]
    process: ProcessOptions,
    /// The URL of the inventory service
    #[arg(long, value_name = "URL", env = "INVENTORY_URL", default_value = "http://127.0.0.1:50051")]
    inventory: String,
    /// The URL of the order service
    #[arg(long, value_name = "URL", env = "ORDER_URL", default_value = "http://127.0.0.1:50052")]
    order: String,
    /// The URL of the dispatch service
    #[arg(long, value_name = "URL", env = "DISPATCH_URL", default_value = "http://127.0.0.1:50053")]
    dispatch: String,
}

impl GatewayNode {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> Result<(), BoxError> {
        let inventory = InventoryServiceClient(self.process.client(&self.inventory)?);
        let orders = OrderServiceClient(self.process.client(&self.order)?);
        let dispatch = self.process.client(&self.dispatch)?;
        self.process.serve("gateway", &self.listen, front(inventory, orders, &dispatch)).await
    }
}

/// The public front of these services.
pub fn front(inventory: InventoryServiceClient, orders: OrderServiceClient, dispatch: &Client) -> Server {
    let orders = Arc::new(orders);
    let couriers = Arc::new(CourierServiceClient(dispatch.clone()));
    let routes = Arc::new(RouteServiceClient(dispatch.clone()));
    let dispatch = Arc::new(DispatchServiceClient(dispatch.clone()));
    let tracking = Tracking { orders: orders.clone(), dispatch: dispatch.clone(), couriers: couriers.clone() };
    Server::new()
        .gateway(inventory_service_gateway(Arc::new(inventory)))
        .gateway(order_service_gateway(orders))
        .gateway(dispatch_service_gateway(dispatch))
        .gateway(courier_service_gateway(couriers))
        .gateway(route_service_gateway(routes))
        .gateway(tracking_service_gateway(Arc::new(tracking)))
}
