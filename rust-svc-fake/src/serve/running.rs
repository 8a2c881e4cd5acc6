//! A fake server, from its start to its end.

use std::{net::SocketAddr, sync::Arc};

use rust_svc::{Server, server::LocalServer};
use tokio::task::JoinHandle;

use super::{adapter, admin, config::FakeConfig, reload, state::FakeState};
use crate::{contract::Contract, http};

/// A fake server that runs. It stops when the value is dropped.
#[derive(Debug)]
pub struct RunningFake {
    server: LocalServer,
    state: Arc<FakeState>,
    watch: JoinHandle<()>,
}

/// Starts a fake server. Fails with the errors of contract and scripts.
pub async fn start(config: FakeConfig) -> Result<RunningFake, String> {
    let contract = Contract::new(config.descriptors)?;
    let state = FakeState::new(contract, config.scripts, config.resources)?;
    let routes = http::routes(&state.contract, &state.fakes).inspect_err(|_| state.close())?;
    let server = Server::new()
        .adapter(adapter(&state.contract, &state.fakes))
        .gateway(routes)
        .http(admin::router(state.clone()))
        .reflection(state.contract.descriptors)
        .grpc_web();
    let server = server.local_at(&config.listen).await;
    let server = server.map_err(|error| error.message().to_owned()).inspect_err(|_| state.close())?;
    let watch = tokio::spawn(reload::watch(state.clone()));
    Ok(RunningFake { server, state, watch })
}

/// Runs a fake server until SIGINT.
pub async fn serve(config: FakeConfig) -> Result<(), String> {
    let fake = start(config).await?;
    if fake.state.contract.rules.skips_validate() {
        eprintln!(
            "warning: rules of buf.validate are not checked\n  help: build this program with the feature `validate`"
        );
    }
    println!("serving gRPC and http://{}/fake/", fake.address());
    tokio::signal::ctrl_c().await.map_err(|error| format!("error: {error}"))
}

impl RunningFake {
    /// Returns the address.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the failures so far: calls without a script, and scripts that were not used as they say.
    pub fn failures(&self) -> Vec<String> {
        self.state.session.failures()
    }
}

impl Drop for RunningFake {
    fn drop(&mut self) {
        self.watch.abort();
        self.state.close();
    }
}
