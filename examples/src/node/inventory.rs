//! The process of the inventory.

use std::sync::Arc;

use rust_svc::Server;

use super::{Failure, Life, start::cannot_open};
use crate::{
    generated::{self, inventory::v1::inventory_service_adapter},
    inventory::{Inventory, sqlite::SqliteStock},
};

/// Serves the inventory over gRPC
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "inventory", version)]
pub struct InventoryNode {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "HOST:PORT", env = "INVENTORY_LISTEN", default_value = "127.0.0.1:50051")]
    listen: String,
    #[command(flatten)]
    life: Life,
    /// The file of its state, or :memory:
    #[arg(long, value_name = "FILE", env = "INVENTORY_DATABASE", default_value = "inventory.db")]
    database: String,
}

impl InventoryNode {
    /// Serves until the process is told to stop.
    pub async fn run(self) -> Result<(), Failure> {
        let store = SqliteStock::open(&self.database).await.map_err(cannot_open(&self.database))?;
        let service = Arc::new(Inventory::new(Arc::new(store)));
        let server =
            Server::new().adapter(inventory_service_adapter(service)).reflection(generated::FILE_DESCRIPTOR_SET);
        self.life.serve("inventory", &self.listen, server).await
    }
}
