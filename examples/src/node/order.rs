//! The process of the order service.

use std::{sync::Arc, time::Duration};

use super::{BoxError, ProcessOptions, process::NodeProcess, start::cannot_open};
use crate::{
    access::{OwnOnly, Role},
    generated::{
        dispatch::v1::DispatchServiceClient,
        inventory::v1::InventoryServiceClient,
        order::v1::{order_operations_service_adapter, order_service_adapter},
    },
    order::{Orders, sqlite::SqliteOrderStore},
    time::Clock,
};

/// Serves orders over gRPC, with the help of the inventory and of dispatch
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "order", version)]
pub struct OrderNode {
    /// The address to listen on; port 0 chooses a free port
    #[arg(long, value_name = "HOST:PORT", env = "ORDER_LISTEN", default_value = "127.0.0.1:50052")]
    listen: String,
    #[command(flatten)]
    process: ProcessOptions,
    /// The file of its state, or :memory:
    #[arg(long, value_name = "FILE", env = "ORDER_DATABASE", default_value = "order.db")]
    database: String,
    /// The URL of the inventory service
    #[arg(long, value_name = "URL", env = "INVENTORY_URL", default_value = "http://127.0.0.1:50051")]
    inventory: String,
    /// The URL of the dispatch service
    #[arg(long, value_name = "URL", env = "DISPATCH_URL", default_value = "http://127.0.0.1:50053")]
    dispatch: String,
    /// The interval at which orders that are due are pursued, in milliseconds
    #[arg(long, value_name = "MILLIS", default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..))]
    look_every: u64,
}

impl OrderNode {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> Result<(), BoxError> {
        let store =
            SqliteOrderStore::open(&self.database, Clock::default()).await.map_err(cannot_open(&self.database))?;
        let process = NodeProcess::new(self.process, "order")?;
        let inventory = InventoryServiceClient(process.client(&self.inventory, Role::Orders)?);
        let dispatch = DispatchServiceClient(process.client(&self.dispatch, Role::Orders)?);
        let orders = Orders::new(Arc::new(store.clone()), Arc::new(inventory), Arc::new(dispatch), Clock::default());
        let server = process
            .inner_server()
            .adapter(order_service_adapter(Arc::new(OwnOnly(Arc::new(orders.clone())))))
            .adapter(order_operations_service_adapter(Arc::new(orders.clone())));
        tokio::select! {
            served = process.serve(&self.listen, server) => served,
            never = process.watch_database(store.database()) => match never {},
            never = orders.tend_forever(Duration::from_millis(self.look_every)) => match never {},
        }
    }
}
