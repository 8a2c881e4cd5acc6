//! Delivers one order.

use serde_json::{Value, json};

use super::{
    super::{checklist::Checklist, courier::Courier, http::Lines, services::order},
    system::{DemoSystem, number, text},
};
use crate::{
    generated::dispatch::v1::{Point, stream_assignments_request::report::Progress},
    node::BoxError,
};

pub(super) async fn deliver_one(checklist: &mut Checklist, system: &mut DemoSystem) -> Result<Courier, BoxError> {
    checklist.section("Deliver an order: HTTP for the customer, a gRPC stream for the courier, live updates for both");
    let mut shelf = system.http.stream("/v1/inventory:watch?product_ids=tea").await?;
    checklist.check_eq("a stream shows the stock", level(&mut shelf).await?, [100, 0, 0]);
    let mut courier = sign_up(checklist, system).await?;

    let placed = system.place("first", "tea", 3).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    checklist.check_eq("an order is placed", (placed.status, status(&placed.body)), (200, "STATUS_DISPATCHING"));
    checklist.check_eq("the stream shows the reservation", level(&mut shelf).await?, [97, 3, 0]);
    repeat(checklist, system, &id).await?;

    let mut updates = system.http.stream(&format!("/v1/orders/{id}/updates")).await?;
    let assignment = courier.take_offer().await?;
    checklist.check_eq("the courier accepts the offer", assignment.order_id.as_str(), id.as_str());
    let route =
        courier.confirm_route(&assignment.assignment_id, Point { latitude: 60.3943, longitude: 5.3259 }).await?;
    checklist.note(format!("the route is {} m long", route.distance_meters));
    track(checklist, system, &id).await?;
    annotate(checklist, system, &id).await?;

    courier.report(&assignment.assignment_id, Progress::PickedUp).await?;
    checklist.check_eq("the stream shows the shipment", level(&mut shelf).await?, [97, 0, 3]);
    let late = system.http.post(&format!("/v1/orders/{id}:cancel"), &json!({})).await?;
    checklist.check_eq("an order that was picked up cannot be cancelled", late.status, 400);
    courier.report(&assignment.assignment_id, Progress::Delivered).await?;
    let seen = statuses(&mut updates).await?;
    checklist.note(seen.join(" -> "));
    let last = seen.last().map(String::as_str);
    let steps = ["DISPATCHING", "ASSIGNED", "IN_TRANSIT", "DELIVERED"];
    checklist.check(
        "the stream of the order shows each status, and ends",
        last == Some("DELIVERED") && without_repeats(&seen) == steps,
    );
    Ok(courier)
}

async fn sign_up(checklist: &mut Checklist, system: &DemoSystem) -> Result<Courier, BoxError> {
    let ann = json!({
        "displayName": "Ann",
        "availability": "AVAILABILITY_AVAILABLE",
        "position": { "latitude": 60.3973, "longitude": 5.3289 },
    });
    let signed_up = system.courier_http.put("/v1/couriers/ann", &ann).await?;
    checklist.check_eq("a courier registers", signed_up.status, 200);
    let courier = system.ann().await?;
    checklist.note("she connects to dispatch over gRPC");
    Ok(courier)
}

/// A repeated request does not create a second order.
async fn repeat(checklist: &mut Checklist, system: &mut DemoSystem, id: &str) -> Result<(), BoxError> {
    let again = system.place("first", "tea", 3).await?;
    checklist.check_eq("the same request returns the same order", text(&again.body["order"]["orderId"]), id);
    let other = system.http.post("/v1/orders", &order("first", "tea", 4)).await?;
    checklist.check_eq("the same key with another order is rejected", other.status, 409);
    Ok(())
}

async fn track(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let is_complete = |tracked: &Value| {
        text(&tracked["courier"]["displayName"]) == "Ann"
            && number(&tracked["route"]["distanceMeters"]) > 0
            && tracked["missing"].is_null()
    };
    let tracked = system.tracked(id, is_complete).await?;
    checklist.check("the tracking view joins order, courier and route", is_complete(&tracked));
    Ok(())
}

async fn annotate(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let note = json!({ "instructions": { "note": "ring twice" } });
    let updated = system.http.patch(&format!("/v1/orders/{id}"), &note).await?.body;
    checklist.check_eq(
        "an update changes the note only",
        (text(&updated["order"]["instructions"]["note"]), text(&updated["order"]["customerId"])),
        ("ring twice", "kari"),
    );
    Ok(())
}

/// The available, reserved and shipped quantities of the next message.
async fn level(shelf: &mut Lines) -> Result<[i64; 3], BoxError> {
    let message = shelf.next().await?.ok_or("the stream has ended")?;
    Ok(["available", "reserved", "shipped"].map(|name| number(&message["stock"][name])))
}

async fn statuses(updates: &mut Lines) -> Result<Vec<String>, BoxError> {
    let mut seen = Vec::new();
    while let Some(update) = updates.next().await? {
        seen.push(status(&update).trim_start_matches("STATUS_").to_owned());
    }
    Ok(seen)
}

/// Removes repeated statuses, because a changed note is an update, too.
fn without_repeats(seen: &[String]) -> Vec<&str> {
    let mut steps: Vec<_> = seen.iter().map(String::as_str).collect();
    steps.dedup();
    steps
}

fn status(message: &Value) -> &str {
    text(&message["order"]["status"])
}
