//! One order, from the shelf to the door.

use serde_json::{Value, json};

use super::{
    super::{account::Account, courier::Courier, http::Lines},
    world::{World, number, order, text},
};
use crate::{
    generated::dispatch::v1::{Point, stream_assignments_request::report::Progress},
    node::Failure,
};

pub(super) async fn deliver_one(account: &mut Account, world: &mut World) -> Result<Courier, Failure> {
    account.chapter("Deliver an order: HTTP for the customer, a gRPC stream for the courier, live streams for both");
    let mut shelf = world.http.stream("/v1/inventory:watch?product_ids=tea").await?;
    account.check_eq("a live stream says how the shelf stands", level(&mut shelf).await?, [100, 0, 0]);
    let mut courier = sign_up(account, world).await?;

    let placed = world.place("first", "tea", 3).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    account.check_eq("an order is placed", (placed.status, status(&placed.body)), (200, "STATUS_DISPATCHING"));
    account.check_eq("the live stream says that its stock is set aside", level(&mut shelf).await?, [97, 3, 0]);
    repeat(account, world, &id).await?;

    let mut updates = world.http.stream(&format!("/v1/orders/{id}/updates")).await?;
    let assignment = courier.take_offer().await?;
    account.check_eq("the courier is offered the order, and takes it", assignment.order_id.as_str(), id.as_str());
    let route =
        courier.confirm_route(&assignment.assignment_id, Point { latitude: 60.3943, longitude: 5.3259 }).await?;
    account.say(format!("its way is {} m", route.distance_meters));
    track(account, world, &id).await?;
    annotate(account, world, &id).await?;

    courier.report(&assignment.assignment_id, Progress::PickedUp).await?;
    account.check_eq("the live stream says that its stock has left", level(&mut shelf).await?, [97, 0, 3]);
    let late = world.http.post(&format!("/v1/orders/{id}:cancel"), &json!({})).await?;
    account.check_eq("what has left cannot be cancelled", late.status, 400);
    courier.report(&assignment.assignment_id, Progress::Delivered).await?;
    let seen = statuses(&mut updates).await?;
    account.say(seen.join(" -> "));
    let last = seen.last().map(String::as_str);
    let steps = ["DISPATCHING", "ASSIGNED", "IN_TRANSIT", "DELIVERED"];
    account.check(
        "the order's live stream shows each step, and ends",
        last == Some("DELIVERED") && without_repeats(&seen) == steps,
    );
    Ok(courier)
}

async fn sign_up(account: &mut Account, world: &World) -> Result<Courier, Failure> {
    let ann = json!({
        "displayName": "Ann",
        "availability": "AVAILABILITY_AVAILABLE",
        "position": { "latitude": 60.3973, "longitude": 5.3289 },
    });
    let signed_up = world.http.put("/v1/couriers/ann", &ann).await?;
    account.check_eq("a courier signs up", signed_up.status, 200);
    let courier = Courier::connect(&world.dispatch_url, "ann").await?;
    account.say("she connects to dispatch over gRPC");
    Ok(courier)
}

/// Whoever sends an order twice has ordered once.
async fn repeat(account: &mut Account, world: &mut World, id: &str) -> Result<(), Failure> {
    let again = world.place("first", "tea", 3).await?;
    account.check_eq("the same request again gives the same order", text(&again.body["order"]["orderId"]), id);
    let other = world.http.post("/v1/orders", &order("first", "tea", 4)).await?;
    account.check_eq("the same key with another order is refused", other.status, 409);
    Ok(())
}

async fn track(account: &mut Account, world: &World, id: &str) -> Result<(), Failure> {
    let is_complete = |tracked: &Value| {
        text(&tracked["courier"]["displayName"]) == "Ann"
            && number(&tracked["route"]["distanceMeters"]) > 0
            && tracked["missing"].is_null()
    };
    let tracked = world.tracked(id, is_complete).await?;
    account.check("the tracking view joins order, courier and route", is_complete(&tracked));
    Ok(())
}

async fn annotate(account: &mut Account, world: &World, id: &str) -> Result<(), Failure> {
    let note = json!({ "instructions": { "note": "ring twice" } });
    let updated = world.http.patch(&format!("/v1/orders/{id}"), &note).await?.body;
    account.check_eq(
        "a note is added, and nothing else changes",
        (text(&updated["order"]["instructions"]["note"]), text(&updated["order"]["customerId"])),
        ("ring twice", "kari"),
    );
    Ok(())
}

/// What is available, reserved and shipped, by the next message.
async fn level(shelf: &mut Lines) -> Result<[i64; 3], Failure> {
    let message = shelf.next().await?.ok_or("the live stream has ended")?;
    Ok(["available", "reserved", "shipped"].map(|name| number(&message["stock"][name])))
}

async fn statuses(updates: &mut Lines) -> Result<Vec<String>, Failure> {
    let mut seen = Vec::new();
    while let Some(update) = updates.next().await? {
        seen.push(status(&update).trim_start_matches("STATUS_").to_owned());
    }
    Ok(seen)
}

/// A changed note is an update, too.
fn without_repeats(seen: &[String]) -> Vec<&str> {
    let mut steps: Vec<_> = seen.iter().map(String::as_str).collect();
    steps.dedup();
    steps
}

fn status(message: &Value) -> &str {
    text(&message["order"]["status"])
}
