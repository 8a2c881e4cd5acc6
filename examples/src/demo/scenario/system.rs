//! The processes of the scenario, and the keys of its orders.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::time::sleep;

use super::super::{
    checklist::Checklist,
    courier::Courier,
    http::{Http, Reply},
    services::{Services, order},
};
use crate::{access::Role, node::BoxError};

/// The counted stock, by product.
pub(in super::super) const COUNTED: [(&str, i64); 2] = [("tea", 100), ("cup", 40)];

/// The timeout for changes to become visible.
pub(super) const TIMEOUT: Duration = Duration::from_secs(12);

/// The interval at which a change is looked for.
const INTERVAL: Duration = Duration::from_millis(50);

/// The processes of the scenario, and the keys of its orders.
#[derive(Debug)]
pub(in super::super) struct DemoSystem {
    /// A client of the gateway, for the customer Kari.
    pub(super) http: Http,
    /// A client of the inner address of the inventory.
    pub(super) shelf_http: Http,
    /// A client of the inner address of dispatch.
    pub(super) courier_http: Http,
    pub(super) services: Services,
    /// The keys of all orders that were placed.
    pub(super) keys: BTreeSet<String>,
}

impl DemoSystem {
    pub(super) async fn start() -> Result<Self, BoxError> {
        let services = Services::start(&[]).await?;
        let http = services.http("gateway", Role::Customer, "kari");
        let shelf_http = services.http("inventory", Role::Sensor, "door");
        let courier_http = services.http("dispatch", Role::Operator, "demo");
        Ok(Self { http, shelf_http, courier_http, services, keys: BTreeSet::new() })
    }

    /// Connects the courier Ann.
    pub(super) async fn ann(&self) -> Result<Courier, BoxError> {
        Courier::connect(self.services.client("dispatch", Role::Courier, "ann")?, "ann").await
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

    /// Waits until the quantities of a product are as expected, or until the timeout. Another part of the order service may
    /// return or ship stock after a call has returned.
    pub(super) async fn stock_becomes(&self, product: &str, expected: [i64; 3]) -> Result<[i64; 3], BoxError> {
        self.stock_when(product, |stock| stock == expected).await
    }

    /// Waits until the quantities of a product satisfy `is_so`, or until the timeout.
    pub(super) async fn stock_when(
        &self,
        product: &str,
        is_so: impl Fn([i64; 3]) -> bool,
    ) -> Result<[i64; 3], BoxError> {
        let begun = Instant::now();
        loop {
            let stock = self.stock(product).await?;
            if is_so(stock) || begun.elapsed() > TIMEOUT {
                return Ok(stock);
            }
            sleep(INTERVAL).await;
        }
    }

    /// Waits until an order has a status, or until the timeout. Returns its status.
    pub(super) async fn status_becomes(&self, id: &str, expected: &str) -> Result<String, BoxError> {
        let tracked = self.tracked(id, |tracked| text(&tracked["order"]["status"]) == expected).await?;
        Ok(text(&tracked["order"]["status"]).to_owned())
    }

    /// Waits until the tracking view of an order satisfies `is_so`, or until the timeout.
    pub(super) async fn tracked(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Result<Value, BoxError> {
        let begun = Instant::now();
        loop {
            let tracked = self.http.get(&format!("/v1/orders/{id}/tracking")).await?.body;
            if is_so(&tracked) || begun.elapsed() > TIMEOUT {
                return Ok(tracked);
            }
            sleep(INTERVAL).await;
        }
    }

    /// Stops all processes.
    pub(in super::super) async fn stop(self, checklist: &mut Checklist) {
        let all = self.services.stop_all().await;
        checklist.check("all processes stop when asked", all);
    }
}

/// Reads a 64-bit number, which is a string in protobuf's JSON, and absent if it is zero.
pub(super) fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_i64()).unwrap_or(0)
}

/// Reads a text; empty if it is absent.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
