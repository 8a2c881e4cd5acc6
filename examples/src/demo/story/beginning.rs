//! Code, processes, stock.

use std::time::Instant;

use serde_json::json;

use super::{
    super::{account::Account, regenerate},
    world::{COUNTED, World, number},
};
use crate::node::Failure;

pub(super) fn generate(account: &mut Account) -> Result<(), Failure> {
    account.chapter("Generate the code from proto/, with the reader that is built in");
    let begun = Instant::now();
    let (now, built) = (regenerate::generated_now()?, regenerate::built_with()?);
    let lines: usize = now.values().map(|text| text.lines().count()).sum();
    account.say(format!("{} files, {lines} lines, in {} ms", now.len(), begun.elapsed().as_millis()));
    for name in regenerate::differing(&now, &built) {
        account.say(format!("{name} differs"));
    }
    account.check("they are what this program was built with", now == built);
    Ok(())
}

pub(super) async fn start(account: &mut Account) -> Result<World, Failure> {
    account.chapter("Start the services and the gateway, each a process of its own");
    let world = World::start().await?;
    for process in world.processes() {
        account.say(format!("{:10} {}  (process {})", process.name, process.address(), process.id()));
    }
    let health = world.http.get("/healthz").await?;
    account.check_eq("the gateway says that it serves", health.status, 200);
    Ok(world)
}

pub(super) async fn fill_the_shelves(account: &mut Account, world: &World) -> Result<(), Failure> {
    account.chapter("Count the stock: a client stream, over HTTP");
    let readings = COUNTED.map(|(product, on_hand)| {
        json!({ "sensorId": "door", "productId": product, "onHand": on_hand, "readTime": "2025-01-01T00:00:00Z" })
    });
    let counted = world.http.upload("/v1/inventory:uploadTelemetry", &readings).await?;
    account.check_eq("all readings are taken in", number(&counted.body["accepted"]), 2);
    let again = world.http.upload("/v1/inventory:uploadTelemetry", &readings).await?;
    account.check_eq("the same readings again are skipped", number(&again.body["skipped"]), 2);
    for (product, on_hand) in COUNTED {
        account.check_eq(format!("{on_hand} {product}s are available"), world.stock(product).await?, [on_hand, 0, 0]);
    }
    Ok(())
}
