//! Checks the totals.

use serde_json::Value;

use super::{
    super::checklist::Checklist,
    system::{COUNTED, DemoSystem, text},
};
use crate::node::BoxError;

pub(super) async fn add_up(checklist: &mut Checklist, system: &DemoSystem) -> Result<(), BoxError> {
    checklist.section("Check the totals");
    for (product, counted) in COUNTED {
        let [available, reserved, shipped] = system.stock_when(product, |[_, reserved, _]| reserved == 0).await?;
        checklist.note(format!("{product}: {available} available, {reserved} reserved, {shipped} shipped"));
        checklist.check_eq(format!("the quantities of {product} add up"), available + reserved + shipped, counted);
        checklist.check_eq(format!("no {product} is reserved for an ended order"), reserved, 0);
    }
    let orders = all_orders(system).await?;
    checklist.check_eq("each key created one order", orders.len(), system.keys.len());
    let is_over = |order: &Value| OVER.contains(&text(&order["status"]));
    checklist.check("each order is delivered, cancelled or failed", orders.iter().all(is_over));
    let available = system.courier_http.get("/v1/couriers:available").await?.body;
    checklist.check_eq("the courier is free again", text(&available["couriers"][0]["courierId"]), "ann");
    Ok(())
}

const OVER: [&str; 3] = ["STATUS_DELIVERED", "STATUS_CANCELLED", "STATUS_FAILED"];

/// Lists all orders, page by page.
async fn all_orders(system: &DemoSystem) -> Result<Vec<Value>, BoxError> {
    let mut orders = Vec::new();
    let mut token = String::new();
    loop {
        let page = system.http.get(&format!("/v1/orders?page_size=2&page_token={token}")).await?.body;
        orders.extend(page["orders"].as_array().cloned().unwrap_or_default());
        token = text(&page["nextPageToken"]).to_owned();
        if token.is_empty() {
            return Ok(orders);
        }
    }
}
