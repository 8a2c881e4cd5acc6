//! Kills and restarts dispatch.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use super::{
    super::{checklist::Checklist, courier::Courier, http::Reply},
    system::{DemoSystem, TIMEOUT, text},
};
use crate::{
    generated::dispatch::v1::{Assignment, stream_assignments_request::report::Progress},
    node::BoxError,
};

/// The limit of a call that fails fast.
const FAST: Duration = Duration::from_millis(100);

pub(super) async fn survive(
    checklist: &mut Checklist,
    system: &mut DemoSystem,
    mut courier: Courier,
) -> Result<(), BoxError> {
    checklist.section("Kill dispatch during a delivery");
    let placed = system.place("on the way", "tea", 2).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    let assignment = courier.take_offer().await?;
    system.tracked(&id, |tracked| text(&tracked["order"]["status"]) == "STATUS_ASSIGNED").await?;
    if let Some(dispatch) = system.dispatch.take() {
        dispatch.kill().await?;
    }
    checklist.check("the connection of the courier breaks", courier.disconnected().await);
    partial_answer(checklist, system, &id).await?;
    breaker_opens(checklist, system, &id).await?;
    let failed = no_new_order(checklist, system).await?;

    checklist.section("Restart dispatch");
    system.restart_dispatch().await?;
    recovery(checklist, system, &id).await?;
    let courier = Courier::connect(&system.dispatch_url, "ann").await?;
    finish(checklist, system, courier, assignment, &failed).await
}

async fn partial_answer(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let tracked = system.http.get(&format!("/v1/orders/{id}/tracking")).await?;
    checklist.check_eq(
        "the order can still be tracked",
        (tracked.status, text(&tracked.body["order"]["orderId"])),
        (200, id),
    );
    checklist.check_eq(
        "and the response names the missing parts",
        missing(&tracked.body),
        ["PART_COURIER", "PART_ROUTE"],
    );
    Ok(())
}

/// The circuit breaker opens.
async fn breaker_opens(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let path = format!("/v1/orders/{id}/assignment");
    let begun = Instant::now();
    let mut fastest = None;
    while fastest.is_none_or(|took| took > FAST) && begun.elapsed() < TIMEOUT {
        let call = Instant::now();
        if is_open(&system.http.get(&path).await?) {
            fastest = Some(fastest.unwrap_or(Duration::MAX).min(call.elapsed()));
        }
    }
    checklist.check("the circuit breaker of the gateway opens", fastest.is_some());
    checklist.check("calls fail fast", fastest.is_some_and(|took| took < FAST));
    checklist.note(format!("within {:.1} ms", fastest.unwrap_or_default().as_secs_f64() * 1_000.0));
    let tracked =
        system.tracked(id, |tracked| text(&tracked["missing"][0]["reason"]).contains("circuit breaker")).await?;
    let reason = text(&tracked["missing"][0]["reason"]);
    checklist.check("the tracking view reports it", reason.contains("circuit breaker"));
    checklist.note(reason);
    Ok(())
}

/// An order without dispatch releases its stock.
async fn no_new_order(checklist: &mut Checklist, system: &mut DemoSystem) -> Result<String, BoxError> {
    let before = system.stock("tea").await?;
    let refused = system.place("bad moment", "tea", 4).await?;
    checklist.check_eq("a new order fails", refused.status, 503);
    checklist.check_eq("and its stock is released", system.stock("tea").await?, before);
    let newest = system.http.get("/v1/orders?page_size=1").await?.body;
    checklist.check_eq("the order is recorded as failed", text(&newest["orders"][0]["status"]), "STATUS_FAILED");
    Ok(text(&newest["orders"][0]["orderId"]).to_owned())
}

async fn recovery(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let begun = Instant::now();
    let tracked = system.tracked(id, |tracked| tracked["missing"].is_null()).await?;
    checklist.note(format!("the breaker closes after {:.1} s", begun.elapsed().as_secs_f64()));
    checklist.check_eq("the tracking view is complete again", text(&tracked["courier"]["courierId"]), "ann");
    Ok(())
}

/// The same key retries the failed order.
async fn finish(
    checklist: &mut Checklist,
    system: &mut DemoSystem,
    mut courier: Courier,
    before: Assignment,
    failed: &str,
) -> Result<(), BoxError> {
    let still = courier.assignment().await?;
    checklist.check_eq("the courier reconnects and keeps the order", &still.assignment_id, &before.assignment_id);
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&still.assignment_id, progress).await?;
    }
    let begun = Instant::now();
    let placed = loop {
        let reply = system.place("bad moment", "tea", 4).await?;
        if reply.status == 200 || begun.elapsed() > TIMEOUT {
            break reply;
        }
        sleep(Duration::from_millis(200)).await;
    };
    checklist.check_eq("the failed request succeeds when it is repeated", placed.status, 200);
    checklist.check_eq("and it is the same order", text(&placed.body["order"]["orderId"]), failed);
    let assignment = courier.take_offer().await?;
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&assignment.assignment_id, progress).await?;
    }
    let delivered = system.tracked(failed, |tracked| text(&tracked["order"]["status"]) == "STATUS_DELIVERED").await?;
    checklist.check_eq("and it is delivered", text(&delivered["order"]["status"]), "STATUS_DELIVERED");
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
