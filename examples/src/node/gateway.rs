//! The process that faces the public: HTTP and JSON in front of the services.

use std::sync::Arc;

use rust_svc::{
    Client, Error, Method, Result, Server, async_trait,
    gateway::GatewayRoutes,
    intercept::{Call, Chain, Interceptor, RateLimit, Stage},
};

use super::{BoxError, ProcessOptions};
use crate::{
    generated::{
        dispatch::v1::{CourierServiceClient, DispatchServiceClient},
        inventory::v1::{InventoryServiceClient, inventory_service, inventory_service_gateway},
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

/// The public front of these services: what customers may call, and nothing else.
pub fn front(inventory: InventoryServiceClient, orders: OrderServiceClient, dispatch: &Client) -> Server {
    let orders = Arc::new(orders);
    let couriers = Arc::new(CourierServiceClient(dispatch.clone()));
    let dispatch = Arc::new(DispatchServiceClient(dispatch.clone()));
    let tracking = Tracking { orders: orders.clone(), dispatch, couriers };
    let limit = RateLimit::per_second(CALLS_PER_SECOND).burst(BURST);
    let stock = Only(&[inventory_service::CHECK_STOCK, inventory_service::WATCH_STOCK_LEVELS]);
    ProcessOptions::public_server()
        .chain(&Chain::new().intercept(limit))
        .gateway(
            GatewayRoutes::from(inventory_service_gateway(Arc::new(inventory))).chain(&Chain::new().intercept(stock)),
        )
        .gateway(order_service_gateway(orders))
        .gateway(tracking_service_gateway(Arc::new(tracking)))
}

/// Refuses all methods but these.
struct Only(&'static [Method]);

#[async_trait]
impl Interceptor for Only {
    fn stage(&self) -> Stage {
        Stage::Authentication
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let is_allowed = self.0.iter().any(|method| method.full_name() == call.method().full_name());
        if is_allowed { Ok(()) } else { Err(Error::permission_denied("this is not for customers")) }
    }
}
