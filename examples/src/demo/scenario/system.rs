//! The processes of the scenario, and the keys of its orders.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;

use super::super::{
    checklist::Checklist,
    http::{Http, Reply},
    nodes::Process,
};
use crate::node::BoxError;

/// The counted stock, by product.
pub(in super::super) const COUNTED: [(&str, i64); 2] = [("tea", 100), ("cup", 40)];

/// The timeout for changes to become visible.
pub(super) const TIMEOUT: Duration = Duration::from_secs(12);

/// The processes of the scenario, and the keys of its orders.
#[derive(Debug)]
pub(in super::super) struct DemoSystem {
    /// A client of the gateway.
    pub(super) http: Http,
    /// A client of the inner address of the inventory.
    pub(super) shelf_http: Http,
    /// A client of the inner address of dispatch.
    pub(super) courier_http: Http,
    pub(super) inventory: Process,
    pub(super) order: Process,
    pub(super) gateway: Process,
    /// `None` during the outage.
    pub(super) dispatch: Option<Process>,
    /// The URL of dispatch, also during the outage.
    pub(super) dispatch_url: String,
    /// The keys of all orders that were placed.
    pub(super) keys: BTreeSet<String>,
    /// Databases and logs.
    folder: TempDir,
}

impl DemoSystem {
    pub(super) async fn start() -> Result<Self, BoxError> {
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
        let (shelf_http, courier_http) = (Http::new(&inventory.url), Http::new(&dispatch.url));
        let (dispatch, keys) = (Some(dispatch), BTreeSet::new());
        Ok(Self { http, shelf_http, courier_http, inventory, order, gateway, dispatch, dispatch_url, keys, folder })
    }

    /// Restarts dispatch with its address and database.
    pub(super) async fn restart_dispatch(&mut self) -> Result<(), BoxError> {
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
    pub(super) async fn place(&mut self, key: &str, product: &str, quantity: i64) -> Result<Reply, BoxError> {
        self.keys.insert(key.to_owned());
        self.http.post("/v1/orders", &order(key, product, quantity)).await
    }

    /// The available, reserved and shipped quantities of a product.
    pub(super) async fn stock(&self, product: &str) -> Result<[i64; 3], BoxError> {
        let reply = self.http.get(&format!("/v1/inventory/{product}/stock")).await?;
        Ok(["available", "reserved", "shipped"].map(|name| number(&reply.body["stock"][name])))
    }

    /// Waits until the tracking view of an order satisfies `is_so`, or until the timeout.
    pub(super) async fn tracked(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Result<Value, BoxError> {
        let begun = Instant::now();
        loop {
            let tracked = self.http.get(&format!("/v1/orders/{id}/tracking")).await?.body;
            if is_so(&tracked) || begun.elapsed() > TIMEOUT {
                return Ok(tracked);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Prints commands to try.
    pub(in super::super) fn invite(&self, checklist: &mut Checklist) {
        let base = self.http.base();
        println!("\nThe system is up at {base}, until ctrl-c. Try:\n");
        println!("  curl '{base}/v1/orders?page_size=3'");
        println!("  curl -N {base}/v1/inventory:watch");
        println!("  curl {base}/v1/orders -H 'content-type: application/json' -d '{}'", order("my-key", "tea", 1));
        println!();
        for process in self.processes() {
            checklist.note(format!("{:10} {}", process.name, process.url));
        }
        checklist.note(format!("{:10} {}", "logs", self.folder.path().display()));
    }

    /// Stops all processes.
    pub(in super::super) async fn stop(self, checklist: &mut Checklist) {
        let processes = [Some(self.gateway), Some(self.order), self.dispatch, Some(self.inventory)];
        let stopped = processes.into_iter().flatten().map(Process::stop);
        let all = futures::future::join_all(stopped).await.into_iter().all(|stopped| stopped);
        checklist.check("all processes stop when asked", all);
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

/// Reads a 64-bit number, which is a string in protobuf's JSON, and absent if it is zero.
pub(super) fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_i64()).unwrap_or(0)
}

/// Reads a text; empty if it is absent.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn database(folder: &Path, name: &str) -> String {
    folder.join(format!("{name}.db")).to_string_lossy().into_owned()
}
