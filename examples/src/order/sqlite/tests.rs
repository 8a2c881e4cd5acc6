use super::{
    super::store::{Change, Draft, Filter, OrderStore, OrderStoreError, OutboxEntry, OutboxTask, Transition},
    SqliteOrderStore,
};
use crate::{
    database::IN_MEMORY,
    generated::order::v1::{Address, DeliveryInstructions, OrderItem, order::Status},
};

fn draft(customer: &str) -> Draft {
    Draft {
        customer_id: customer.into(),
        items: vec![
            OrderItem { product_id: "tea".into(), quantity: 2 },
            OrderItem { product_id: "cup".into(), quantity: 1 },
        ],
        delivery_address: Address { city: "Bergen".into(), latitude: 60.39, ..Address::default() },
        instructions: Some(DeliveryInstructions { note: "ring twice".into(), ..DeliveryInstructions::default() }),
    }
}

async fn memory() -> SqliteOrderStore {
    SqliteOrderStore::open(IN_MEMORY).await.expect("opens")
}

#[tokio::test]
async fn an_order_is_read_as_it_was_placed() {
    let store = memory().await;
    let placed = store.place("", draft("ann")).await.expect("placed");
    assert_eq!(store.order(&placed.order.order_id).await.expect("there"), placed);
    assert_eq!(placed.order.items, draft("ann").items);
    assert_eq!(placed.order.instructions, draft("ann").instructions);
    assert_eq!((placed.status, placed.revision, placed.attempt), (Status::Placed, 1, 1));
}

#[tokio::test]
async fn a_key_creates_one_order() {
    let store = memory().await;
    let first = store.place("k", draft("ann")).await.expect("placed");
    let id = &first.order.order_id;
    let change = Change { key: String::new(), revision: 1, instructions: DeliveryInstructions::default() };
    let changed = store.instruct(id, change).await.expect("changed");
    assert_eq!(store.place("k", draft("ann")).await.expect("the same"), changed);
    assert!(matches!(store.place("k", draft("bob")).await, Err(OrderStoreError::KeyReused)));
    assert_ne!(store.place("", draft("ann")).await.expect("another").order.order_id, *id);
}

#[tokio::test]
async fn the_history_has_every_transition() {
    let store = memory().await;
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    store.advance(&id, Transition::to(Status::Reserved)).await.expect("reserved");
    store.advance(&id, Transition::to(Status::Cancelled).because("changed my mind")).await.expect("cancelled");
    let history = store.history(&id, 1).await.expect("read");
    let steps: Vec<_> = history.iter().map(|it| (it.status, it.order.reason.as_str())).collect();
    assert_eq!(steps, [(Status::Reserved, ""), (Status::Cancelled, "changed my mind")]);
}

#[tokio::test]
async fn an_invalid_transition_changes_nothing() {
    let store = memory().await;
    let placed = store.place("", draft("ann")).await.expect("placed");
    let id = &placed.order.order_id;
    let wrong = Transition::to(Status::Delivered).with_tasks([OutboxTask::ShipStock]);
    assert!(matches!(store.advance(id, wrong).await, Err(OrderStoreError::WrongStatus(Status::Placed))));
    assert!(matches!(store.advance("nobody's", Transition::to(Status::Reserved)).await, Err(OrderStoreError::Unknown)));
    assert_eq!(store.order(id).await.expect("there"), placed);
    assert!(store.outbox().await.expect("read").is_empty());
}

#[tokio::test]
async fn a_failure_fills_the_outbox_and_can_be_retried() {
    let store = memory().await;
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    let failed = Transition::to(Status::Failed).retryable().with_tasks([OutboxTask::ReturnStock]);
    store.advance(&id, failed).await.expect("failed");
    let entry = OutboxEntry { order_id: id.clone(), attempt: 1, task: OutboxTask::ReturnStock };
    assert_eq!(store.outbox().await.expect("read"), std::slice::from_ref(&entry));
    assert_eq!(store.advance(&id, Transition::to(Status::Placed)).await.expect("again").attempt, 2);
    store.done(&entry).await.expect("done");
    assert!(store.outbox().await.expect("read").is_empty());
    store.advance(&id, Transition::to(Status::Failed)).await.expect("failed");
    assert!(matches!(store.advance(&id, Transition::to(Status::Placed)).await, Err(OrderStoreError::WrongStatus(_))));
}

#[tokio::test]
async fn an_update_is_applied_once_and_needs_the_newest_revision() {
    let store = memory().await;
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    let instructions = DeliveryInstructions { leave_at_door: true, ..DeliveryInstructions::default() };
    let change = Change { key: "u".into(), revision: 1, instructions };
    let updated = store.instruct(&id, change.clone()).await.expect("updated");
    assert_eq!(updated.order.etag, "2");
    assert_eq!(store.instruct(&id, change.clone()).await.expect("repeated"), updated);
    let outdated = Change { key: "v".into(), ..change };
    assert!(matches!(store.instruct(&id, outdated.clone()).await, Err(OrderStoreError::Outdated)));
    let newer = Change { revision: 2, ..outdated };
    assert_eq!(store.instruct(&id, newer).await.expect("a refused update left no trace").revision, 3);
}

#[tokio::test]
async fn lists_the_newest_first() {
    let store = memory().await;
    for customer in ["ann", "bob", "ann"] {
        store.place("", draft(customer)).await.expect("placed");
    }
    let sequences = async |filter| {
        let orders = store.list(filter).await.expect("listed");
        orders.into_iter().map(|it| it.sequence).collect::<Vec<_>>()
    };
    assert_eq!(sequences(Filter { limit: 2, ..Filter::default() }).await, [3, 2]);
    assert_eq!(sequences(Filter { limit: 2, before: Some(2), ..Filter::default() }).await, [1]);
    assert_eq!(sequences(Filter { customer_id: "ann".into(), limit: 9, before: None }).await, [3, 1]);
}

#[tokio::test]
async fn state_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("order.db");
    let name = file.to_str().expect("a name");
    let store = SqliteOrderStore::open(name).await.expect("opens");
    let placed = store.place("k", draft("ann")).await.expect("placed");
    store.close().await;
    let store = SqliteOrderStore::open(name).await.expect("opens again");
    assert_eq!(store.place("k", draft("ann")).await.expect("the same"), placed);
    assert_eq!(store.with_status(Status::Placed).await.expect("read"), [placed]);
}
