//! Dispatch dies, and comes back.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use super::{
    super::{account::Account, courier::Courier, http::Reply},
    world::{PATIENCE, World, text},
};
use crate::{
    generated::dispatch::v1::{Assignment, stream_assignments_request::report::Progress},
    node::Failure,
};

/// What a call that fails fast is said to be below.
const FAST: Duration = Duration::from_millis(100);

pub(super) async fn survive(account: &mut Account, world: &mut World, mut courier: Courier) -> Result<(), Failure> {
    account.chapter("Kill dispatch while the courier is on her way");
    let placed = world.place("on the way", "tea", 2).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    let assignment = courier.take_offer().await?;
    world.tracked(&id, |tracked| text(&tracked["order"]["status"]) == "STATUS_ASSIGNED").await?;
    if let Some(dispatch) = world.dispatch.take() {
        dispatch.kill().await?;
    }
    account.check("the courier's connection breaks", courier.disconnected().await);
    partial_answer(account, world, &id).await?;
    breaker_opens(account, world, &id).await?;
    let failed = no_new_order(account, world).await?;

    account.chapter("Bring dispatch back");
    world.restart_dispatch().await?;
    recovery(account, world, &id).await?;
    let courier = Courier::connect(&world.dispatch_url, "ann").await?;
    finish(account, world, courier, assignment, &failed).await
}

async fn partial_answer(account: &mut Account, world: &World, id: &str) -> Result<(), Failure> {
    let tracked = world.http.get(&format!("/v1/orders/{id}/tracking")).await?;
    account.check_eq(
        "the order can still be tracked",
        (tracked.status, text(&tracked.body["order"]["orderId"])),
        (200, id),
    );
    account.check_eq("and the answer names what is missing", missing(&tracked.body), ["PART_COURIER", "PART_ROUTE"]);
    Ok(())
}

/// Calls that fail are soon not made any more.
async fn breaker_opens(account: &mut Account, world: &World, id: &str) -> Result<(), Failure> {
    let path = format!("/v1/orders/{id}/assignment");
    let begun = Instant::now();
    let mut fastest = None;
    while fastest.is_none_or(|took| took > FAST) && begun.elapsed() < PATIENCE {
        let call = Instant::now();
        if is_open(&world.http.get(&path).await?) {
            fastest = Some(fastest.unwrap_or(Duration::MAX).min(call.elapsed()));
        }
    }
    account.check("the circuit breaker of the gateway opens", fastest.is_some());
    account.check("calls are not made any more, and fail fast", fastest.is_some_and(|took| took < FAST));
    account.say(format!("such as within {:.1} ms", fastest.unwrap_or_default().as_secs_f64() * 1_000.0));
    let tracked =
        world.tracked(id, |tracked| text(&tracked["missing"][0]["reason"]).contains("circuit breaker")).await?;
    let reason = text(&tracked["missing"][0]["reason"]);
    account.check("the tracking view says so, too", reason.contains("circuit breaker"));
    account.say(reason);
    Ok(())
}

/// An order that cannot be dispatched reserves nothing.
async fn no_new_order(account: &mut Account, world: &mut World) -> Result<String, Failure> {
    let before = world.stock("tea").await?;
    let refused = world.place("bad moment", "tea", 4).await?;
    account.check_eq("an order cannot be placed", refused.status, 503);
    account.check_eq("and its stock is back on the shelf", world.stock("tea").await?, before);
    let newest = world.http.get("/v1/orders?page_size=1").await?.body;
    account.check_eq("it is on record as failed", text(&newest["orders"][0]["status"]), "STATUS_FAILED");
    Ok(text(&newest["orders"][0]["orderId"]).to_owned())
}

async fn recovery(account: &mut Account, world: &World, id: &str) -> Result<(), Failure> {
    let begun = Instant::now();
    let tracked = world.tracked(id, |tracked| tracked["missing"].is_null()).await?;
    account.say(format!("the breaker closes again, after {:.1} s", begun.elapsed().as_secs_f64()));
    account.check_eq(
        "the tracking view is complete, and dispatch has lost nothing",
        text(&tracked["courier"]["courierId"]),
        "ann",
    );
    Ok(())
}

/// The same key tries the order again that failed.
async fn finish(
    account: &mut Account,
    world: &mut World,
    mut courier: Courier,
    before: Assignment,
    failed: &str,
) -> Result<(), Failure> {
    let still = courier.assignment().await?;
    account.check_eq(
        "the courier connects again, and has her order still",
        &still.assignment_id,
        &before.assignment_id,
    );
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&still.assignment_id, progress).await?;
    }
    let begun = Instant::now();
    let placed = loop {
        let reply = world.place("bad moment", "tea", 4).await?;
        if reply.status == 200 || begun.elapsed() > PATIENCE {
            break reply;
        }
        sleep(Duration::from_millis(200)).await;
    };
    account.check_eq("the request that failed succeeds when it is sent again", placed.status, 200);
    account.check_eq("and it is the same order", text(&placed.body["order"]["orderId"]), failed);
    let assignment = courier.take_offer().await?;
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&assignment.assignment_id, progress).await?;
    }
    let delivered = world.tracked(failed, |tracked| text(&tracked["order"]["status"]) == "STATUS_DELIVERED").await?;
    account.check_eq("and it is delivered", text(&delivered["order"]["status"]), "STATUS_DELIVERED");
    Ok(())
}

fn missing(tracked: &Value) -> Vec<&str> {
    tracked["missing"].as_array().into_iter().flatten().map(|missing| text(&missing["part"])).collect()
}

fn is_open(reply: &Reply) -> bool {
    let details = reply.body["details"].as_array();
    let reasons = details.into_iter().flatten().map(|detail| text(&detail["reason"]));
    reply.status == 503 && reasons.into_iter().any(|reason| reason == "CIRCUIT_BREAKER_OPEN")
}
