//! The process of dispatch.

use std::{sync::Arc, time::Duration};

use super::{BoxError, ProcessOptions, process::NodeProcess, start::cannot_open};
use crate::{
    access::OwnOnly,
    dispatch::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore},
    generated::dispatch::v1::{
        courier_service_adapter, courier_service_gateway, dispatch_service_adapter, dispatch_service_gateway,
        route_service_adapter, route_service_gateway,
    },
    time::Clock,
};

/// The interval of matching, beside the events that trigger it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves dispatch, couriers and routes over gRPC and HTTP, at an address for services and couriers
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "dispatch", version)]
pub struct DispatchNode {
    /// The address to listen on; port 0 chooses a free port
    #[arg(long, value_name = "HOST:PORT", env = "DISPATCH_LISTEN", default_value = "127.0.0.1:50053")]
    listen: String,
    #[command(flatten)]
    process: ProcessOptions,
    /// The file of its state, or :memory:
    #[arg(long, value_name = "FILE", env = "DISPATCH_DATABASE", default_value = "dispatch.db")]
    database: String,
    /// The time that a courier has to answer an offer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    offer_holds: u32,
    /// The time to search for a courier for an order, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    search_for: u32,
    /// The silence after which a courier loses an order before pickup, or is escalated after it, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    silent_after: u32,
    /// The time after the escalation at which the order is lost, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    lost_after: u32,
}

impl DispatchNode {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> Result<(), BoxError> {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let config = DispatchConfig {
            offer_holds: seconds(self.offer_holds),
            search_for: seconds(self.search_for),
            silent_after: seconds(self.silent_after),
            lost_after: seconds(self.lost_after),
        };
        let store =
            SqliteDispatchStore::open(&self.database, Clock::default()).await.map_err(cannot_open(&self.database))?;
        let process = NodeProcess::new(self.process, "dispatch")?;
        let dispatch = Arc::new(Dispatch::new(Arc::new(store.clone()), config, Clock::default()));
        let own = Arc::new(OwnOnly(dispatch.clone()));
        let server = process
            .inner_server()
            .adapter(dispatch_service_adapter(own.clone()))
            .adapter(courier_service_adapter(own.clone()))
            .adapter(route_service_adapter(own.clone()))
            .gateway(dispatch_service_gateway(own.clone()))
            .gateway(courier_service_gateway(own.clone()))
            .gateway(route_service_gateway(own));
        tokio::select! {
            served = process.serve(&self.listen, server) => served,
            never = process.watch_database(store.database()) => match never {},
            never = dispatch.keep_matching(LOOK_EVERY) => match never {},
        }
    }
}
