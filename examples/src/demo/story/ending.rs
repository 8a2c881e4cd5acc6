//! Whether the sums are right.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use super::{
    super::account::Account,
    world::{COUNTED, PATIENCE, World, text},
};
use crate::node::Failure;

pub(super) async fn add_up(account: &mut Account, world: &World) -> Result<(), Failure> {
    account.chapter("Add it all up");
    for (product, counted) in COUNTED {
        let [available, reserved, shipped] = settled(world, product).await?;
        account.say(format!("{product}: {available} available, {reserved} reserved, {shipped} shipped"));
        account.check_eq(
            format!("of {product}s, none is lost and none is invented"),
            available + reserved + shipped,
            counted,
        );
        account.check_eq(format!("no {product} is set aside for an order that is over"), reserved, 0);
    }
    let orders = all_orders(world).await?;
    account.check_eq("each key made one order", orders.len(), world.keys.len());
    let is_over = |order: &Value| OVER.contains(&text(&order["status"]));
    account.check("each order is delivered, cancelled or failed", orders.iter().all(is_over));
    let available = world.http.get("/v1/couriers:available").await?.body;
    account.check_eq("the courier is free again", text(&available["couriers"][0]["courierId"]), "ann");
    Ok(())
}

const OVER: [&str; 3] = ["STATUS_DELIVERED", "STATUS_CANCELLED", "STATUS_FAILED"];

/// How the stock stands when nothing is set aside any more, or when patience ends.
async fn settled(world: &World, product: &str) -> Result<[i64; 3], Failure> {
    let begun = Instant::now();
    loop {
        let stock = world.stock(product).await?;
        if stock[1] == 0 || begun.elapsed() > PATIENCE {
            return Ok(stock);
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// All orders, page by page.
async fn all_orders(world: &World) -> Result<Vec<Value>, Failure> {
    let mut orders = Vec::new();
    let mut token = String::new();
    loop {
        let page = world.http.get(&format!("/v1/orders?page_size=2&page_token={token}")).await?.body;
        orders.extend(page["orders"].as_array().cloned().unwrap_or_default());
        token = text(&page["nextPageToken"]).to_owned();
        if token.is_empty() {
            return Ok(orders);
        }
    }
}
