//! The processes of the story, and what was asked of them.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use super::super::{
    account::Account,
    http::{Http, Reply},
    nodes::Process,
};
use crate::node::Failure;

/// What is counted on the shelves, by product.
pub(in super::super) const COUNTED: [(&str, i64); 2] = [("tea", 100), ("cup", 40)];

/// How long the system may take to notice what has changed.
pub(super) const PATIENCE: Duration = Duration::from_secs(12);

/// The processes of the story, and what was asked of them.
#[derive(Debug)]
pub(in super::super) struct World {
    /// The public front.
    pub(super) http: Http,
    pub(super) inventory: Process,
    pub(super) order: Process,
    pub(super) gateway: Process,
    /// `None` while it is dead.
    pub(super) dispatch: Option<Process>,
    /// Where dispatch is, even while it is dead.
    pub(super) dispatch_url: String,
    /// The keys of all orders that were placed.
    pub(super) keys: BTreeSet<String>,
    /// Databases and logs.
    folder: TempDir,
}

impl World {
    pub(super) async fn start() -> Result<Self, Failure> {
        let folder = TempDir::with_prefix("rust-svc-demo-")?;
        let path = folder.path();
        let any = "127.0.0.1:0";
        let inventory = Process::start("inventory", any, &[("--database", &database(path, "inventory"))], path).await?;
        let dispatch = Process::start("dispatch", any, &[("--database", &database(path, "dispatch"))], path).await?;
        let backends = [("--inventory", inventory.url.as_str()), ("--dispatch", dispatch.url.as_str())];
        let own = [("--database", &*database(path, "order")), ("--look-every", "100")];
        let order = Process::start("order", any, &[backends, own].concat(), path).await?;
        let backends = [backends.as_slice(), &[("--order", order.url.as_str())]].concat();
        let gateway = Process::start("gateway", any, &backends, path).await?;
        let (http, dispatch_url) = (Http::new(&gateway.url), dispatch.url.clone());
        let (dispatch, keys) = (Some(dispatch), BTreeSet::new());
        Ok(Self { http, inventory, order, gateway, dispatch, dispatch_url, keys, folder })
    }

    /// Starts dispatch where it was, with the state that it had.
    pub(super) async fn restart_dispatch(&mut self) -> Result<(), Failure> {
        let path = self.folder.path();
        let address = self.dispatch_url.trim_start_matches("http://");
        let own = [("--database", &*database(path, "dispatch"))];
        self.dispatch = Some(Process::start("dispatch", address, &own, path).await?);
        Ok(())
    }

    pub(super) fn processes(&self) -> impl Iterator<Item = &Process> {
        [&self.inventory, &self.order, &self.gateway].into_iter().chain(&self.dispatch)
    }

    /// Places an order of one product.
    pub(super) async fn place(&mut self, key: &str, product: &str, quantity: i64) -> Result<Reply, Failure> {
        self.keys.insert(key.to_owned());
        self.http.post("/v1/orders", &order(key, product, quantity)).await
    }

    /// What is available, reserved and shipped of a product.
    pub(super) async fn stock(&self, product: &str) -> Result<[i64; 3], Failure> {
        let reply = self.http.get(&format!("/v1/inventory/{product}/stock")).await?;
        Ok(["available", "reserved", "shipped"].map(|name| number(&reply.body["stock"][name])))
    }

    /// The tracking view of an order as soon as it is like that, or as it is when patience ends.
    pub(super) async fn tracked(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        let begun = Instant::now();
        loop {
            let tracked = self.http.get(&format!("/v1/orders/{id}/tracking")).await?.body;
            if is_so(&tracked) || begun.elapsed() > PATIENCE {
                return Ok(tracked);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Says what to try.
    pub(in super::super) fn invite(&self, account: &mut Account) {
        let base = self.http.base();
        println!("\nThe system is up at {base}, until ctrl-c. Try:\n");
        println!("  curl '{base}/v1/orders?page_size=3'");
        println!("  curl -N {base}/v1/inventory:watch");
        println!("  curl {base}/v1/orders -H 'content-type: application/json' -d '{}'", order("my-key", "tea", 1));
        println!();
        for process in self.processes() {
            account.say(format!("{:10} {}", process.name, process.url));
        }
        account.say(format!("{:10} {}", "logs", self.folder.path().display()));
    }

    /// Stops all processes.
    pub(in super::super) async fn stop(self, account: &mut Account) {
        let processes = [Some(self.gateway), Some(self.order), self.dispatch, Some(self.inventory)];
        let stopped = processes.into_iter().flatten().map(Process::stop);
        let all = futures::future::join_all(stopped).await.into_iter().all(|stopped| stopped);
        account.check("all processes stop when they are told to", all);
    }
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

/// A 64-bit number, which is a string in protobuf's JSON, and absent if it is zero.
pub(super) fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_i64()).unwrap_or(0)
}

/// A text; empty if it is absent.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn database(folder: &Path, name: &str) -> String {
    folder.join(format!("{name}.db")).to_string_lossy().into_owned()
}
