//! Generates the code, starts the processes, fills the stock.

use std::time::Instant;

use serde_json::json;

use super::{
    super::{checklist::Checklist, regenerate},
    system::{COUNTED, DemoSystem, number},
};
use crate::node::BoxError;

pub(super) fn generate(checklist: &mut Checklist) -> Result<(), BoxError> {
    checklist.section("Generate the code from proto/");
    let begun = Instant::now();
    let (now, built) = (regenerate::generated_now()?, regenerate::built_with()?);
    let lines: usize = now.values().map(|text| text.lines().count()).sum();
    checklist.note(format!("{} files, {lines} lines, in {} ms", now.len(), begun.elapsed().as_millis()));
    for name in regenerate::differing(&now, &built) {
        checklist.note(format!("{name} differs"));
    }
    checklist.check("the files match the code of this program", now == built);
    Ok(())
}

pub(super) async fn start(checklist: &mut Checklist) -> Result<DemoSystem, BoxError> {
    checklist.section("Start the services and the gateway as processes");
    let system = DemoSystem::start().await?;
    for process in system.services.processes() {
        checklist.note(format!("{:10} {}  (process {})", process.name, process.address(), process.id()));
    }
    let health = system.http.get("/healthz").await?;
    checklist.check_eq("the gateway is healthy", health.status, 200);
    Ok(system)
}

pub(super) async fn fill_the_shelves(checklist: &mut Checklist, system: &DemoSystem) -> Result<(), BoxError> {
    checklist.section("Upload the stock in a client stream over HTTP");
    let readings = COUNTED.map(|(product, on_hand)| {
        json!({ "sensorId": "door", "productId": product, "onHand": on_hand, "readTime": "2025-01-01T00:00:00Z" })
    });
    let counted = system.shelf_http.upload("/v1/inventory:uploadTelemetry", &readings).await?;
    checklist.check_eq("all readings are accepted", number(&counted.body["accepted"]), 2);
    let outside = system.http.upload("/v1/inventory:uploadTelemetry", &readings).await?;
    checklist.check_eq("the gateway, which is for customers, refuses them", outside.status, 403);
    let again = system.shelf_http.upload("/v1/inventory:uploadTelemetry", &readings).await?;
    checklist.check_eq("repeated readings are skipped", number(&again.body["skipped"]), 2);
    for (product, on_hand) in COUNTED {
        checklist.check_eq(
            format!("{on_hand} {product}s are available"),
            system.stock(product).await?,
            [on_hand, 0, 0],
        );
    }
    Ok(())
}
