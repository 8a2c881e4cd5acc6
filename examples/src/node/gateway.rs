//! The process that faces the public: HTTP and JSON in front of the services.

use std::sync::Arc;

use rust_svc::{Client, Server, gateway::GatewayRoutes, intercept::RateLimit};

use super::{
    BoxError, ProcessOptions,
    front::{Front, settings, with_last_stock},
    page::page_routes,
    process::NodeProcess,
};
use crate::{
    access::{Caller, Role, Roles, Tokens, authenticate},
    generated::{
        dispatch::v1::{CourierServiceClient, DispatchServiceClient},
        inventory::v1::{InventoryServiceClient, inventory_service_gateway},
        order::v1::{OrderServiceClient, order_service_gateway, tracking_service_gateway},
    },
    tracking::Tracking,
};

/// The calls of one customer a second, and at once.
const CALLS_PER_SECOND: u32 = 200;
const BURST: u32 = 400;

/// Serves orders, their tracking and the stock to customers, over HTTP and JSON
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "gateway", version)]
pub struct GatewayNode {
    /// The address to listen on; port 0 chooses a free port
    #[arg(long, value_name = "HOST:PORT", env = "GATEWAY_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// The address of its metrics, which is not for customers
    #[arg(long, value_name = "HOST:PORT", env = "METRICS_LISTEN", default_value = "127.0.0.1:9090")]
    metrics_listen: String,
    /// Serve the page of the demo
    #[arg(long, hide = true)]
    page: bool,
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
        let process = NodeProcess::new(self.process, "gateway")?;
        let inventory = process.client_builder(&self.inventory, Role::Gateway);
        let inventory = InventoryServiceClient(with_last_stock(inventory).build()?);
        let orders = OrderServiceClient(process.client(&self.order, Role::Gateway)?);
        let dispatch = process.client(&self.dispatch, Role::Gateway)?;
        let front = front(inventory, orders, &dispatch, process.tokens().clone());
        let front = if self.page { front.http(page_routes()) } else { front };
        let server = process.observed(front);
        process.serve_public(&self.listen, &self.metrics_listen, server).await
    }
}

/// The public front of these services: what customers may call, with their tokens.
pub fn front(
    inventory: InventoryServiceClient,
    orders: OrderServiceClient,
    dispatch: &Client,
    tokens: Tokens,
) -> Server {
    let orders = Arc::new(orders);
    let couriers = Arc::new(CourierServiceClient(dispatch.clone()));
    let dispatch = Arc::new(DispatchServiceClient(dispatch.clone()));
    let tracking = Tracking { orders: orders.clone(), dispatch, couriers };
    let limit = RateLimit::per_second(CALLS_PER_SECOND).burst(BURST).by(|cx| Some(Caller::of(cx).ok()?.name.clone()));
    Server::new()
        .chain(&authenticate(tokens).intercept(Roles::of_gateway()).intercept(limit))
        .gateway(with_settings(inventory_service_gateway(Arc::new(Front(Arc::new(inventory))))))
        .gateway(with_settings(order_service_gateway(Arc::new(Front(orders)))))
        .gateway(with_settings(tracking_service_gateway(Arc::new(tracking))))
}

fn with_settings(gateway: impl Into<GatewayRoutes>) -> GatewayRoutes {
    gateway.into().with_settings(settings())
}
