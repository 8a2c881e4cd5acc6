//! The processes of the demo, each with its address, arguments and database.

use std::{collections::BTreeMap, time::Duration};

use rust_svc::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::broadcast;

use super::{http::Http, nodes::Process};
use crate::{
    access::{Caller, Role, Tokens},
    node::BoxError,
};

/// The number of lines about calls that may wait for a reader.
const LINES: usize = 4_096;
/// The lifetime of the tokens.
const LIFETIME: Duration = Duration::from_hours(24);

/// The processes of the demo, and the secret that they share.
#[derive(Debug)]
pub(super) struct Services {
    services: BTreeMap<&'static str, Service>,
    tokens: Tokens,
    calls: broadcast::Sender<String>,
    /// Databases and logs.
    folder: TempDir,
}

#[derive(Debug)]
struct Service {
    process: Option<Process>,
    /// Its URL, also while it is down.
    url: String,
    arguments: Vec<String>,
}

impl Services {
    /// The names of the services.
    pub(super) const NAMES: [&str; 4] = ["gateway", "order", "inventory", "dispatch"];

    /// Starts inventory, dispatch, order and gateway. `dispatch` has more arguments of dispatch.
    pub(super) async fn start(dispatch: &[&str]) -> Result<Self, BoxError> {
        let folder = TempDir::with_prefix("rust-svc-demo-")?;
        let tokens = Tokens::open(&folder.path().join("secret"))?;
        let mut this = Self { services: BTreeMap::new(), tokens, calls: broadcast::Sender::new(LINES), folder };
        this.add("inventory", this.database("inventory")).await?;
        this.add("dispatch", [this.database("dispatch"), owned(dispatch)].concat()).await?;
        let backends = this.urls(&["inventory", "dispatch"]);
        let pace = owned(&["--look-every", "100"]);
        this.add("order", [this.database("order"), pace, backends.clone()].concat()).await?;
        let backends =
            [backends, this.urls(&["order"]), owned(&["--page", "--metrics-listen", "127.0.0.1:0"])].concat();
        this.add("gateway", backends).await?;
        Ok(this)
    }

    async fn add(&mut self, name: &'static str, arguments: Vec<String>) -> Result<(), BoxError> {
        let secret = self.folder.path().join("secret").to_string_lossy().into_owned();
        let arguments = [arguments, vec!["--secret".to_owned(), secret]].concat();
        let process = self.spawn(name, "127.0.0.1:0", &arguments).await?;
        let url = process.url.clone();
        self.services.insert(name, Service { process: Some(process), url, arguments });
        Ok(())
    }

    async fn spawn(&self, name: &'static str, listen: &str, arguments: &[String]) -> Result<Process, BoxError> {
        Process::start(name, listen, arguments, self.folder.path(), self.calls.clone()).await
    }

    /// Starts a service again, at its address and with its database.
    pub(super) async fn restart(&mut self, name: &str) -> Result<(), BoxError> {
        let Some((name, service)) = self.services.get_key_value(name).filter(|(_, it)| it.process.is_none()) else {
            return Ok(());
        };
        let process = self.spawn(name, service.url.trim_start_matches("http://"), &service.arguments).await?;
        let name = *name;
        self.services.entry(name).and_modify(|service| service.process = Some(process));
        Ok(())
    }

    /// Kills a service.
    pub(super) async fn kill(&mut self, name: &str) -> Result<(), BoxError> {
        match self.services.get_mut(name).and_then(|service| service.process.take()) {
            Some(process) => Ok(process.kill().await?),
            None => Ok(()),
        }
    }

    /// Stops a service in order.
    pub(super) async fn stop(&mut self, name: &str) -> bool {
        match self.services.get_mut(name).and_then(|service| service.process.take()) {
            Some(process) => process.stop().await,
            None => true,
        }
    }

    /// Stops all services. Returns whether all did in order.
    pub(super) async fn stop_all(self) -> bool {
        let running = self.services.into_values().filter_map(|service| service.process);
        futures::future::join_all(running.map(Process::stop)).await.into_iter().all(|stopped| stopped)
    }

    /// Sends a command to a service, such as `latency 200`.
    pub(super) async fn command(&mut self, name: &str, command: &str) -> Result<(), BoxError> {
        match self.services.get_mut(name).and_then(|service| service.process.as_mut()) {
            Some(process) => Ok(process.command(command).await?),
            None => Ok(()),
        }
    }

    /// Stops or continues the execution of a service, without its knowledge.
    pub(super) fn freeze(&self, name: &str, is_frozen: bool) {
        if let Some(process) = self.services.get(name).and_then(|service| service.process.as_ref()) {
            process.signal(if is_frozen { "STOP" } else { "CONT" });
        }
    }

    pub(super) fn is_up(&self, name: &str) -> bool {
        self.services.get(name).is_some_and(|service| service.process.is_some())
    }

    /// The running processes.
    pub(super) fn processes(&self) -> impl Iterator<Item = &Process> {
        self.services.values().filter_map(|service| service.process.as_ref())
    }

    /// The URL of a service, also while it is down.
    pub(super) fn url(&self, name: &str) -> String {
        self.services.get(name).map_or_else(String::new, |service| service.url.clone())
    }

    /// The lines about calls, as JSON.
    pub(super) fn calls(&self) -> broadcast::Receiver<String> {
        self.calls.subscribe()
    }

    /// A token of a caller.
    pub(super) fn token(&self, role: Role, name: &str) -> String {
        self.tokens.issue(&Caller::new(role, name), LIFETIME)
    }

    /// An HTTP client of a service, for a caller.
    pub(super) fn http(&self, service: &str, role: Role, name: &str) -> Http {
        Http::new(&self.url(service), &self.token(role, name))
    }

    /// A gRPC client of a service, for a caller.
    pub(super) fn client(&self, service: &str, role: Role, name: &str) -> Result<Client, BoxError> {
        let token = format!("Bearer {}", self.token(role, name));
        Ok(Client::builder(self.url(service)).metadata("authorization", token).build()?)
    }

    /// Prints commands to try.
    pub(super) fn invite(&self) {
        let (base, token) = (self.url("gateway"), self.token(Role::Customer, "kari"));
        let order = order("my-key", "tea", 1);
        println!("Or try, until ctrl-c:\n");
        println!("  TOKEN={token}");
        println!("  curl -H \"authorization: Bearer $TOKEN\" '{base}/v1/orders?page_size=3'");
        println!("  curl -H \"authorization: Bearer $TOKEN\" -N {base}/v1/inventory:watch");
        println!("  curl -H \"authorization: Bearer $TOKEN\" {base}/v1/orders -H 'content-type: application/json' \\");
        println!("    -d '{order}'\n");
        for process in self.processes() {
            println!("          {:10} {}", process.name, process.url);
        }
        println!("          {:10} {}", "logs", self.folder.path().display());
    }

    fn database(&self, name: &str) -> Vec<String> {
        let file = self.folder.path().join(format!("{name}.db"));
        vec!["--database".to_owned(), file.to_string_lossy().into_owned()]
    }

    fn urls(&self, names: &[&str]) -> Vec<String> {
        names.iter().flat_map(|name| [format!("--{name}"), self.url(name)]).collect()
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The body of a request that places an order.
pub(super) fn order(key: &str, product: &str, quantity: i64) -> Value {
    json!({
        "idempotencyKey": key,
        "customerId": "kari",
        "items": [{ "productId": product, "quantity": quantity }],
        "deliveryAddress": { "recipient": "Kari", "city": "Bergen", "latitude": 60.3913, "longitude": 5.3221 },
    })
}
