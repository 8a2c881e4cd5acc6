//! What the system refuses, and what it undoes.

use serde_json::json;

use super::{
    super::{account::Account, courier::Courier},
    world::{World, order, text},
};
use crate::{generated::dispatch::v1::stream_assignments_request::report::Progress, node::Failure};

pub(super) async fn refuse(account: &mut Account, world: &mut World, mut courier: Courier) -> Result<Courier, Failure> {
    account.chapter("Refuse what cannot be, and undo what is not wanted");
    shortage(account, world).await?;
    let wrong = world.http.post("/v1/orders", &order("wrong", "tea", 0)).await?;
    let field = text(&wrong.body["details"][0]["fieldViolations"][0]["field"]).to_owned();
    account.check_eq("a wrong field is named", (wrong.status, field.as_str()), (400, "items[0].quantity"));
    cancel(account, world, &mut courier).await?;
    upload(account, world, &mut courier).await?;
    Ok(courier)
}

async fn shortage(account: &mut Account, world: &mut World) -> Result<(), Failure> {
    let before = world.stock("cup").await?;
    let short = world.place("too many", "cup", 1_000).await?;
    let detail = &short.body["details"][0];
    account.say(text(&short.body["message"]));
    account.check_eq(
        "a shortage is told in detail",
        (short.status, text(&detail["@type"]), text(&detail["shortages"][0]["available"])),
        (400, "type.googleapis.com/inventory.v1.StockError", "40"),
    );
    account.check_eq("and nothing is set aside", world.stock("cup").await?, before);
    Ok(())
}

async fn cancel(account: &mut Account, world: &mut World, courier: &mut Courier) -> Result<(), Failure> {
    let before = world.stock("tea").await?;
    let placed = world.place("second thoughts", "tea", 5).await?;
    let id = text(&placed.body["order"]["orderId"]).to_owned();
    let offer = courier.offer().await?;
    let cancelled = world.http.post(&format!("/v1/orders/{id}:cancel"), &json!({ "reason": "too much tea" })).await?;
    account.check_eq("an order is cancelled", text(&cancelled.body["order"]["status"]), "STATUS_CANCELLED");
    account.check_eq("its courier is called off", courier.withdrawn().await?, offer.offer_id);
    account.check_eq("and its stock is back on the shelf", world.stock("tea").await?, before);
    Ok(())
}

/// A client stream with a oneof: a header, then items.
async fn upload(account: &mut Account, world: &mut World, courier: &mut Courier) -> Result<(), Failure> {
    let address = json!({ "city": "Bergen", "latitude": 60.38, "longitude": 5.33 });
    let key = "in pieces";
    let parts = [
        json!({ "header": { "idempotencyKey": key, "customerId": "kari", "deliveryAddress": address } }),
        json!({ "item": { "productId": "tea", "quantity": 1 } }),
        json!({ "item": { "productId": "cup", "quantity": 2 } }),
    ];
    world.keys.insert(key.to_owned());
    let uploaded = world.http.upload("/v1/orders:uploadItems", &parts).await?;
    account.check_eq(
        "a large order comes in a stream",
        (uploaded.status, &uploaded.body["itemCount"]),
        (200, &json!(2)),
    );
    let assignment = courier.take_offer().await?;
    for progress in [Progress::PickedUp, Progress::Delivered] {
        courier.report(&assignment.assignment_id, progress).await?;
    }
    account.say("the courier delivers it");
    Ok(())
}
