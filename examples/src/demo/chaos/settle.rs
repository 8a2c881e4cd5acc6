//! Waits until the system is at rest.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::super::{http::Http, live::LiveDemo};
use crate::{access::Role, node::BoxError};

/// Longer than a lease of an order, and than a courier may be silent.
const PATIENCE: Duration = Duration::from_secs(90);
const OVER: [&str; 3] = ["STATUS_DELIVERED", "STATUS_CANCELLED", "STATUS_FAILED"];

/// Stops new orders and lets couriers deliver, until all orders have ended or `PATIENCE` has passed. Prints whether they have ended,
/// because an order that was placed later violates the same invariants as one that hangs.
pub(super) async fn settle(live: &LiveDemo) -> Result<(), BoxError> {
    live.pause.send_replace(None);
    live.habits.send_modify(|habits| *habits = habits.faithful());
    let http = live.services.lock().await.http("gateway", Role::Operator, "chaos");
    let begun = Instant::now();
    loop {
        sleep(Duration::from_millis(500)).await;
        let orders = all_orders(&http).await.unwrap_or_default();
        let is_at_rest = !orders.is_empty() && orders.iter().all(is_over);
        if is_at_rest || begun.elapsed() > PATIENCE {
            let state = if is_at_rest { "at rest" } else { "not at rest" };
            println!("   {state} {:.1} s after the last fault", begun.elapsed().as_secs_f64());
            return Ok(());
        }
    }
}

/// Whether an order has ended.
pub(super) fn is_over(order: &Value) -> bool {
    order["status"].as_str().is_some_and(|status| OVER.contains(&status))
}

/// Lists all orders, page by page.
pub(super) async fn all_orders(http: &Http) -> Result<Vec<Value>, BoxError> {
    let (mut orders, mut token) = (Vec::new(), String::new());
    loop {
        let reply = http.get(&format!("/v1/orders?page_size=100&page_token={token}")).await?;
        if reply.status != 200 {
            return Err(format!("the orders cannot be listed: {}", reply.body).into());
        }
        orders.extend(reply.body["orders"].as_array().cloned().unwrap_or_default());
        token = reply.body["nextPageToken"].as_str().unwrap_or_default().to_owned();
        if token.is_empty() {
            return Ok(orders);
        }
    }
}
