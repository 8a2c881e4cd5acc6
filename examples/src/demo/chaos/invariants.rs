//! The invariants of the system once all faults and orders have ended.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rust_svc::{Context, observe::names};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{
    super::{http::Http, live::LiveDemo, services::Services, simulation::PRODUCTS},
    settle::{all_orders, is_over},
};
use crate::{
    access::Role,
    generated::order::v1::{ListObligationsRequest, OrderOperationsService, OrderOperationsServiceClient},
    node::BoxError,
};

/// The time after which no call may be in progress any more.
const PATIENCE: Duration = Duration::from_secs(20);
/// The reason of an order that left the stock and did not arrive.
const LOST: &str = "the courier was lost with the order";

/// An invariant, and what was found.
#[derive(Debug)]
pub(super) struct Invariant {
    pub(super) name: String,
    pub(super) holds: bool,
    pub(super) found: String,
}

/// Checks all invariants, and stops the system.
pub(super) async fn check(mut live: LiveDemo) -> Result<Vec<Invariant>, BoxError> {
    live.rest().await;
    let services = live.services.lock().await;
    let http = services.http("gateway", Role::Operator, "chaos");
    let orders = all_orders(&http).await?;
    let mut found =
        vec![ended(&orders), one_order_a_key(&live, &orders), delivered(&live, &orders), owed(&services).await?];
    for (product, counted) in PRODUCTS {
        found.push(conserved(&http, &orders, product, counted).await?);
    }
    found.push(no_call_in_progress(&services).await?);
    drop(services);
    let stopped = live.stop().await;
    found.push(invariant("all processes stop in order", stopped, if stopped { "they did" } else { "some did not" }));
    Ok(found)
}

fn invariant(name: impl Into<String>, holds: bool, found: impl Into<String>) -> Invariant {
    Invariant { name: name.into(), holds, found: found.into() }
}

fn ended(orders: &[Value]) -> Invariant {
    let mut counts = BTreeMap::<&str, usize>::new();
    for order in orders {
        *counts.entry(order["status"].as_str().unwrap_or_default()).or_default() += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let holds = !orders.is_empty() && orders.iter().all(is_over);
    invariant("all orders have ended", holds, counts.join(", "))
}

/// A customer repeats a request until it is answered, and gets one order for it, or none if it gave up.
fn one_order_a_key(live: &LiveDemo, orders: &[Value]) -> Invariant {
    let notes = live.board.notes();
    let doubled = notes.orders.values().filter(|ids| ids.len() > 1).count();
    let known: BTreeSet<_> = orders.iter().filter_map(|order| order["orderId"].as_str()).collect();
    let missing = notes.orders.values().flatten().filter(|id| !known.contains(id.as_str())).count();
    let holds = doubled == 0 && missing == 0 && orders.len() <= notes.orders.len();
    let found = format!(
        "{} orders of {} keys; {doubled} keys with several, {missing} orders missing",
        orders.len(),
        notes.orders.len()
    );
    invariant("a key has one order", holds, found)
}

/// Checks that customers see every delivery that dispatch confirmed to a courier.
fn delivered(live: &LiveDemo, orders: &[Value]) -> Invariant {
    let confirmed = live.board.notes().delivered.clone();
    let is_delivered = |order: &&Value| order["status"] == "STATUS_DELIVERED";
    let seen: BTreeSet<_> = orders.iter().filter(is_delivered).filter_map(|order| order["orderId"].as_str()).collect();
    let missing = confirmed.iter().filter(|id| !seen.contains(id.as_str())).count();
    let found = format!("{} confirmed to couriers, {} delivered, {missing} missing", confirmed.len(), seen.len());
    invariant("what couriers delivered is delivered", missing == 0, found)
}

async fn owed(services: &Services) -> Result<Invariant, BoxError> {
    let client = OrderOperationsServiceClient(services.client("order", Role::Operator, "chaos")?);
    let begun = Instant::now();
    loop {
        let owed = client.list_obligations(Context::new(), ListObligationsRequest::default()).await;
        let total = owed.as_ref().map_or(-1, |owed| owed.total);
        if total == 0 || begun.elapsed() > PATIENCE {
            return Ok(invariant("nothing is owed", total == 0, format!("{total} obligations")));
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// Checks that items that left the stock were delivered or lost with a courier, and that no item is reserved.
async fn conserved(http: &Http, orders: &[Value], product: &str, counted: i64) -> Result<Invariant, BoxError> {
    let has_left = |order: &&Value| order["status"] == "STATUS_DELIVERED" || order["reason"] == LOST;
    let items = orders.iter().filter(has_left).flat_map(|order| order["items"].as_array().into_iter().flatten());
    let left: i64 = items.filter(|item| item["productId"] == product).map(|item| number(&item["quantity"])).sum();
    let stock = http.get(&format!("/v1/inventory/{product}/stock")).await?.body;
    let [available, reserved, shipped] = ["available", "reserved", "shipped"].map(|name| number(&stock["stock"][name]));
    let holds = (available, reserved, shipped) == (counted - left, 0, left);
    let found = format!(
        "{counted} counted; {available} available, {reserved} reserved, {shipped} shipped, {left} delivered or lost"
    );
    Ok(invariant(format!("the stock of {product} is conserved"), holds, found))
}

fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_i64()).unwrap_or(0)
}

/// Only the order service still watches dispatch.
async fn no_call_in_progress(services: &Services) -> Result<Invariant, BoxError> {
    let begun = Instant::now();
    loop {
        let mut active = Vec::new();
        for process in services.processes() {
            active.extend(in_progress(&Http::new(&process.metrics(), "").text("").await?));
        }
        if active.is_empty() || begun.elapsed() > PATIENCE {
            let found = if active.is_empty() { "all gauges are zero".to_owned() } else { active.join(", ") };
            return Ok(invariant("no stream is leaked", active.is_empty(), found));
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// The gauges of a server that are not zero.
fn in_progress(metrics: &str) -> Vec<String> {
    let gauges = [names::SERVER_ACTIVE, names::HTTP_ACTIVE].map(|name| name.replace('.', "_"));
    let is_gauge = |line: &&str| gauges.iter().any(|gauge| line.starts_with(gauge.as_str()));
    let is_expected = |line: &&str| line.contains("WatchAssignments") || line.ends_with(" 0");
    metrics.lines().filter(is_gauge).filter(|line| !is_expected(line)).map(str::to_owned).collect()
}
