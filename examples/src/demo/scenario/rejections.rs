//! Rejected requests and cancellations.

use serde_json::json;

use super::{
    super::{checklist::Checklist, courier::Courier, http::Http, services::order},
    system::{DemoSystem, text},
};
use crate::{access::Role, generated::dispatch::v1::stream_assignments_request::report::Progress, node::BoxError};

pub(super) async fn refuse(
    checklist: &mut Checklist,
    system: &mut DemoSystem,
    mut courier: Courier,
) -> Result<Courier, BoxError> {
    checklist.section("Reject invalid orders, and cancel one");
    shortage(checklist, system).await?;
    let wrong = system.http.post("/v1/orders", &order("wrong", "tea", 0)).await?;
    let field = text(&wrong.body["details"][0]["fieldViolations"][0]["field"]).to_owned();
    checklist.check_eq("an invalid field is named", (wrong.status, field.as_str()), (400, "items[0].quantity"));
    strangers(checklist, system).await?;
    cancel(checklist, system, &mut courier).await?;
    upload(checklist, system, &mut courier).await?;
    Ok(courier)
}

/// Who has no token gets no answer, and customers do not see the orders of others.
async fn strangers(checklist: &mut Checklist, system: &DemoSystem) -> Result<(), BoxError> {
    let orders = system.http.get("/v1/orders?page_size=1").await?.body;
    let path = format!("/v1/orders/{}", text(&orders["orders"][0]["orderId"]));
    let without_token = Http::new(system.http.base(), "").get(&path).await?.status;
    checklist.check_eq("a call without a token is refused", without_token, 401);
    let ola = system.services.http("gateway", Role::Customer, "ola");
    checklist.check_eq("another customer does not see the order", ola.get(&path).await?.status, 404);
    checklist.check_eq("nor may the customer call dispatch itself", stranger_at_dispatch(system).await?, 403);
    Ok(())
}

async fn stranger_at_dispatch(system: &DemoSystem) -> Result<u16, BoxError> {
    let inner = system.services.http("dispatch", Role::Customer, "kari");
    Ok(inner.get("/v1/couriers:available").await?.status)
}

async fn shortage(checklist: &mut Checklist, system: &mut DemoSystem) -> Result<(), BoxError> {
    let before = system.stock("cup").await?;
    let short = system.place("too many", "cup", 1_000).await?;
    let detail = &short.body["details"][0];
    checklist.note(text(&short.body["message"]));
    checklist.check_eq(
        "a shortage has details",
        (short.status, text(&detail["@type"]), text(&detail["shortages"][0]["available"])),
        (400, "type.googleapis.com/inventory.v1.StockError", "40"),
    );
    checklist.check_eq("and nothing is reserved", system.stock("cup").await?, before);
    Ok(())
}

async fn cancel(checklist: &mut Checklist, system: &mut DemoSystem, courier: &mut Courier) -> Result<(), BoxError> {
    let before = system.stock("tea").await?;
    let placed = system.place("second thoughts", "tea", 5).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    let offer = courier.offer().await?;
    let cancelled = system.http.post(&format!("/v1/orders/{id}:cancel"), &json!({ "reason": "too much tea" })).await?;
    checklist.check_eq("an order is cancelled", text(&cancelled.body["order"]["status"]), "STATUS_CANCELLED");
    checklist.check_eq("the offer is withdrawn", courier.withdrawn().await?, offer.offer_id);
    checklist.check_eq("and its stock is released", system.stock_becomes("tea", before).await?, before);
    Ok(())
}

/// Uploads an order in a client stream: a header, then items.
async fn upload(checklist: &mut Checklist, system: &mut DemoSystem, courier: &mut Courier) -> Result<(), BoxError> {
    let [before, ..] = system.stock("cup").await?;
    let address = json!({ "city": "Bergen", "latitude": 60.38, "longitude": 5.33 });
    let key = "in pieces";
    let parts = [
        json!({ "header": { "idempotencyKey": key, "customerId": "kari", "deliveryAddress": address } }),
        json!({ "item": { "productId": "tea", "quantity": 1 } }),
        json!({ "item": { "productId": "cup", "quantity": 2 } }),
    ];
    system.keys.insert(key.to_owned());
    let uploaded = system.http.upload("/v1/orders:uploadItems", &parts).await?;
    checklist.check_eq(
        "a large order is uploaded in a stream",
        (uploaded.status, &uploaded.body["itemCount"]),
        (200, &json!(2)),
    );
    let assignment = courier.take_offer().await?;
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&assignment.assignment_id, progress).await?;
    }
    let id = text(&uploaded.body["order"]["orderId"]);
    let status = system.status_becomes(id, "STATUS_DELIVERED").await?;
    checklist.check_eq("the courier delivers it", status.as_str(), "STATUS_DELIVERED");
    let cups = [before - 2, 0, 2];
    checklist.check_eq("and its stock is shipped", system.stock_becomes("cup", cups).await?, cups);
    Ok(())
}
