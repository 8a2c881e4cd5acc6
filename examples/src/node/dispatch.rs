//! The process of dispatch.

use std::{sync::Arc, time::Duration};

use rust_svc::Server;

use super::{Failure, Life, start::cannot_open};
use crate::{
    dispatch::{Dispatch, Rules, sqlite::SqliteDispatch},
    generated::{
        self,
        dispatch::v1::{courier_service_adapter, dispatch_service_adapter, route_service_adapter},
    },
};

/// How often assignments are looked after beside what couriers and callers set off.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves dispatch, couriers and routes over gRPC
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "dispatch", version)]
pub struct DispatchNode {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "HOST:PORT", env = "DISPATCH_LISTEN", default_value = "127.0.0.1:50053")]
    listen: String,
    #[command(flatten)]
    life: Life,
    /// The file of its state, or :memory:
    #[arg(long, value_name = "FILE", env = "DISPATCH_DATABASE", default_value = "dispatch.db")]
    database: String,
    /// How long a courier may think about an offer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    offer_holds: u32,
    /// How long a courier is sought for an order, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    search_for: u32,
}

impl DispatchNode {
    /// Serves until the process is told to stop.
    pub async fn run(self) -> Result<(), Failure> {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let rules = Rules { offer_holds: seconds(self.offer_holds), search_for: seconds(self.search_for) };
        let store = SqliteDispatch::open(&self.database).await.map_err(cannot_open(&self.database))?;
        let dispatch = Arc::new(Dispatch::new(Arc::new(store), rules));
        let server = Server::new()
            .adapter(dispatch_service_adapter(dispatch.clone()))
            .adapter(courier_service_adapter(dispatch.clone()))
            .adapter(route_service_adapter(dispatch.clone()))
            .reflection(generated::FILE_DESCRIPTOR_SET);
        tokio::select! {
            served = self.life.serve("dispatch", &self.listen, server) => served,
            never = dispatch.keep_matching(LOOK_EVERY) => match never {},
        }
    }
}
