//! Kills and restarts dispatch.

use std::time::{Duration, Instant};

use rust_svc::{Context, Error};
use serde_json::{Value, json};

use super::{
    super::{checklist::Checklist, courier::Courier},
    system::{DemoSystem, TIMEOUT, text},
};
use crate::{
    access::Role,
    generated::dispatch::v1::{
        Assignment, DispatchService, DispatchServiceClient, GetAssignmentRequest,
        stream_assignments_request::report::Progress,
    },
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
    system.status_becomes(&id, "STATUS_ASSIGNED").await?;
    system.services.kill("dispatch").await?;
    checklist.check("the connection of the courier breaks", courier.disconnected().await);
    partial_answer(checklist, system, &id).await?;
    breaker_opens(checklist, system, &id).await?;
    let waiting = waiting_order(checklist, system).await?;
    let undone = waiting_cancellation(checklist, system).await?;

    checklist.section("Restart dispatch");
    system.services.restart("dispatch").await?;
    recovery(checklist, system, &id).await?;
    let courier = system.ann().await?;
    finish(checklist, courier, assignment, &waiting).await?;
    for (name, order) in [("the first", id), ("the waiting", waiting)] {
        let status = system.status_becomes(&order, "STATUS_DELIVERED").await?;
        checklist.check_eq(format!("{name} order is delivered"), status.as_str(), "STATUS_DELIVERED");
    }
    let status = system.status_becomes(&undone, "STATUS_CANCELLED").await?;
    checklist.check_eq("the cancellation takes effect", status.as_str(), "STATUS_CANCELLED");
    Ok(())
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

/// The circuit breaker of a client opens.
async fn breaker_opens(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let client = DispatchServiceClient(system.services.client("dispatch", Role::Operator, "demo")?);
    let request = GetAssignmentRequest { assignment_id: id.to_owned(), order_id: String::new() };
    let begun = Instant::now();
    let mut fastest = None;
    while fastest.is_none_or(|took| took > FAST) && begun.elapsed() < TIMEOUT {
        let call = Instant::now();
        if is_open(client.get_assignment(Context::new(), request.clone()).await.err().as_ref()) {
            fastest = Some(fastest.unwrap_or(Duration::MAX).min(call.elapsed()));
        }
    }
    checklist.check("the circuit breaker of a client opens", fastest.is_some());
    checklist.check("calls fail fast", fastest.is_some_and(|took| took < FAST));
    checklist.note(format!("within {:.1} ms", fastest.unwrap_or_default().as_secs_f64() * 1_000.0));
    let tracked = system.http.get(&format!("/v1/orders/{id}/tracking")).await?.body;
    let reason = text(&tracked["missing"][0]["reason"]);
    checklist.check_eq("customers read no internal name", reason, "not available at the moment");
    Ok(())
}

/// An order without dispatch waits, and its stock with it.
async fn waiting_order(checklist: &mut Checklist, system: &mut DemoSystem) -> Result<String, BoxError> {
    let [available, reserved, shipped] = system.stock("tea").await?;
    let placed = system.place("bad moment", "tea", 4).await?;
    checklist.check_eq(
        "a new order is accepted and waits",
        (placed.status, text(&placed.body["order"]["status"])),
        (200, "STATUS_RESERVED"),
    );
    checklist.check_eq("its stock is reserved", system.stock("tea").await?, [available - 4, reserved + 4, shipped]);
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    let again = system.place("bad moment", "tea", 4).await?;
    checklist.check_eq("the same request returns the same order", text(&again.body["order"]["orderId"]), id.as_str());
    Ok(id)
}

/// A cancellation without dispatch waits, too: only dispatch knows whether a courier has the order.
async fn waiting_cancellation(checklist: &mut Checklist, system: &mut DemoSystem) -> Result<String, BoxError> {
    let placed = system.place("worse moment", "tea", 1).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    let undoing = system.http.post(&format!("/v1/orders/{id}:cancel"), &json!({ "reason": "too long" })).await?;
    checklist.check_eq("a cancellation waits", text(&undoing.body["order"]["status"]), "STATUS_UNDOING");
    Ok(id)
}

async fn recovery(checklist: &mut Checklist, system: &DemoSystem, id: &str) -> Result<(), BoxError> {
    let begun = Instant::now();
    let tracked = system.tracked(id, |tracked| tracked["missing"].is_null()).await?;
    checklist.note(format!("the breaker closes after {:.1} s", begun.elapsed().as_secs_f64()));
    checklist.check_eq("the tracking view is complete again", text(&tracked["courier"]["courierId"]), "ann");
    Ok(())
}

/// The waiting order continues by itself.
async fn finish(
    checklist: &mut Checklist,
    mut courier: Courier,
    before: Assignment,
    waiting: &str,
) -> Result<(), BoxError> {
    let still = courier.assignment().await?;
    checklist.check_eq("the courier reconnects and keeps the order", &still.assignment_id, &before.assignment_id);
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&still.assignment_id, progress).await?;
    }
    let assignment = courier.take_offer().await?;
    checklist.check_eq("the waiting order continues by itself", assignment.order_id.as_str(), waiting);
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&assignment.assignment_id, progress).await?;
    }
    Ok(())
}

fn missing(tracked: &Value) -> Vec<&str> {
    tracked["missing"].as_array().into_iter().flatten().map(|missing| text(&missing["part"])).collect()
}

fn is_open(error: Option<&Error>) -> bool {
    error.is_some_and(|error| error.message().starts_with("circuit breaker open"))
}
