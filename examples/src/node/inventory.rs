//! The process of the inventory.

use std::{sync::Arc, time::Duration};

use super::{BoxError, ProcessOptions, process::NodeProcess, start::cannot_open};
use crate::{
    generated::inventory::v1::{inventory_service_adapter, inventory_service_gateway},
    inventory::{Inventory, sqlite::SqliteStockStore},
    time::Clock,
};

/// The interval at which reservations expire.
const EXPIRE_EVERY: Duration = Duration::from_secs(10);

/// Serves the inventory over gRPC and HTTP, at an address for services and sensors
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "inventory", version)]
pub struct InventoryNode {
    /// The address to listen on; port 0 chooses a free port
    #[arg(long, value_name = "HOST:PORT", env = "INVENTORY_LISTEN", default_value = "127.0.0.1:50051")]
    listen: String,
    #[command(flatten)]
    process: ProcessOptions,
    /// The file of its state, or :memory:
    #[arg(long, value_name = "FILE", env = "INVENTORY_DATABASE", default_value = "inventory.db")]
    database: String,
}

impl InventoryNode {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> Result<(), BoxError> {
        let store =
            SqliteStockStore::open(&self.database, Clock::default()).await.map_err(cannot_open(&self.database))?;
        let process = NodeProcess::new(self.process, "inventory")?;
        let service = Arc::new(Inventory::new(Arc::new(store.clone()), Clock::default()));
        let server = process
            .inner_server()
            .adapter(inventory_service_adapter(service.clone()))
            .gateway(inventory_service_gateway(service.clone()));
        tokio::select! {
            served = process.serve(&self.listen, server) => served,
            never = process.watch_database(store.database()) => match never {},
            never = service.expire_forever(EXPIRE_EVERY) => match never {},
        }
    }
}
