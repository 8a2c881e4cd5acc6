use std::time::Duration;

use rust_svc::Code;

use super::{
    super::store::{Change, Draft, Due, Failure, Filter, Lease, OrderStore, OrderStoreError, Refusal, Transition},
    SqliteOrderStore,
};
use crate::{
    database::IN_MEMORY,
    generated::order::v1::{Address, DeliveryInstructions, Money, OrderItem, obligation::Kind, order::Status},
    time::Clock,
};

fn euros(cents: i64) -> Option<Money> {
    Some(Money { currency_code: "EUR".into(), minor_units: cents })
}

fn draft(customer: &str) -> Draft {
    Draft {
        customer_id: customer.into(),
        items: vec![
            OrderItem { product_id: "tea".into(), quantity: 2, unit_price: euros(350) },
            OrderItem { product_id: "cup".into(), quantity: 1, unit_price: euros(800) },
        ],
        delivery_address: Address { city: "Bergen".into(), latitude: 60.39, ..Address::default() },
        instructions: Some(DeliveryInstructions { note: "ring twice".into(), ..DeliveryInstructions::default() }),
        trace: None,
    }
}

async fn memory() -> SqliteOrderStore {
    SqliteOrderStore::open(IN_MEMORY, Clock::default()).await.expect("opens")
}

#[tokio::test]
async fn an_order_is_read_as_it_was_placed() {
    let store = memory().await;
    let placed = store.place("", draft("ann")).await.expect("placed");
    assert_eq!(store.order(&placed.order.order_id).await.expect("there"), placed);
    assert_eq!((placed.order.items, placed.order.total), (draft("ann").items, euros(1_500)));
    assert_eq!(placed.order.instructions, draft("ann").instructions);
    assert_eq!((placed.status, placed.revision), (Status::Placed, 1));
}

#[tokio::test]
async fn a_key_creates_one_order() {
    let store = memory().await;
    let first = store.place("k", draft("ann")).await.expect("placed");
    let id = &first.order.order_id;
    let change = Change { key: String::new(), revision: 1, instructions: DeliveryInstructions::default() };
    let changed = store.instruct(id, change).await.expect("changed");
    assert_eq!(store.place("k", draft("ann")).await.expect("the same"), changed);
    let other = Draft { items: Vec::new(), ..draft("ann") };
    assert!(matches!(store.place("k", other).await, Err(OrderStoreError::KeyReused)));
    assert_ne!(store.place("k", draft("bob")).await.expect("another customer").order.order_id, *id);
    assert_ne!(store.place("", draft("ann")).await.expect("another").order.order_id, *id);
}

async fn lease(store: &SqliteOrderStore, id: &str) -> Lease {
    store.lease(id).await.expect("read").expect("free")
}

#[tokio::test]
async fn a_key_expires() {
    let clock = Clock::manual();
    let store = SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    let first = store.place("k", draft("ann")).await.expect("placed");
    clock.advance(Duration::from_hours(25));
    let second = store.place("k", Draft { items: Vec::new(), ..draft("ann") }).await.expect("placed");
    assert_ne!(second.order.order_id, first.order.order_id);
}

#[tokio::test]
async fn the_history_has_every_transition() {
    let store = memory().await;
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    let lease = lease(&store, &id).await;
    store.advance(&lease, Transition::to(Status::Reserved)).await.expect("reserved");
    store.undo(&id, Status::Cancelled, "changed my mind").await.expect("undoing");
    store.advance(&lease, Transition::to(Status::Cancelled).because("undone")).await.expect("cancelled");
    let history = store.history(&id, 1).await.expect("read");
    let steps: Vec<_> = history.iter().map(|it| (it.status, it.order.reason.as_str())).collect();
    let expected = [(Status::Reserved, ""), (Status::Undoing, "changed my mind"), (Status::Cancelled, "undone")];
    assert_eq!(steps, expected);
}

#[tokio::test]
async fn an_invalid_transition_changes_nothing() {
    let store = memory().await;
    let placed = store.place("", draft("ann")).await.expect("placed");
    let id = &placed.order.order_id;
    let lease = lease(&store, id).await;
    let wrong = Transition::to(Status::Delivered).owing(Kind::ShipStock);
    assert!(matches!(store.advance(&lease, wrong).await, Err(OrderStoreError::WrongStatus(Status::Placed))));
    assert!(matches!(store.undo("nobody's", Status::Cancelled, "").await, Err(OrderStoreError::Unknown(_))));
    assert_eq!(store.order(id).await.expect("there"), placed);
    assert_eq!(store.obligations(9).await.expect("read").total, 0);
}

#[tokio::test]
async fn a_refusal_is_kept() {
    let store = memory().await;
    let id = store.place("k", draft("ann")).await.expect("placed").order.order_id;
    let refusal = Refusal {
        code: Code::FailedPrecondition,
        message: "short".into(),
        detail_type: "type.googleapis.com/x".into(),
        detail: vec![1, 2],
    };
    let failed = Transition { refusal: Some(refusal.clone()), ..Transition::to(Status::Failed).because("short") };
    store.advance(&lease(&store, &id).await, failed).await.expect("failed");
    assert_eq!(store.place("k", draft("ann")).await.expect("the same").refusal, Some(refusal));
}

#[tokio::test]
async fn an_order_has_one_lease_which_ends_and_can_be_taken_over() {
    let clock = Clock::manual();
    let store = SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    let first = lease(&store, &id).await;
    assert_eq!(store.lease(&id).await.expect("read"), None);
    assert!(store.lease_due(9).await.expect("read").is_empty());
    clock.advance(super::leases::LEASE);
    let second = store.lease_due(9).await.expect("read").pop().expect("due");
    let reserved = Transition::to(Status::Reserved);
    assert!(matches!(store.advance(&first, reserved.clone()).await, Err(OrderStoreError::LeaseLost)));
    store.advance(&second, reserved).await.expect("reserved");
}

#[tokio::test]
async fn a_released_order_is_due_later_or_when_it_is_woken() {
    let clock = Clock::manual();
    let store = SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    let wait = Duration::from_secs(5);
    store.release(&lease(&store, &id).await, Due::Retry(wait)).await.expect("released");
    assert_eq!(store.order(&id).await.expect("there").failures, 1);
    assert!(store.lease_due(9).await.expect("read").is_empty());
    clock.advance(wait);
    let due = store.lease_due(9).await.expect("read").pop().expect("due");
    store.wake(&id, 7).await.expect("woken");
    store.release(&due, Due::After(wait)).await.expect("released");
    assert_eq!(store.lease_due(9).await.expect("read").len(), 1, "it was woken during the lease");
    assert_eq!(store.position().await.expect("read"), 7);
}

#[tokio::test]
async fn an_ended_order_is_never_due() {
    let store = memory().await;
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    let held = lease(&store, &id).await;
    store.advance(&held, Transition::to(Status::Failed)).await.expect("failed");
    store.release(&held, Due::After(Duration::ZERO)).await.expect("released");
    store.wake(&id, 1).await.expect("ignored");
    assert!(store.lease_due(9).await.expect("read").is_empty());
    assert_eq!(store.lease(&id).await.expect("read"), None);
}

#[tokio::test]
async fn only_success_removes_an_obligation() {
    let clock = Clock::manual();
    let store = SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    let id = store.place("", draft("ann")).await.expect("placed").order.order_id;
    store.undo(&id, Status::Cancelled, "").await.expect("undoing");
    let undone = Transition::to(Status::Cancelled).owing(Kind::ReturnStock);
    store.advance(&lease(&store, &id).await, undone).await.expect("cancelled");
    let owed = store.lease_obligations(None, 9).await.expect("read").pop().expect("due");
    assert!(store.lease_obligations(None, 9).await.expect("read").is_empty(), "it is leased");
    let failure = Failure { error: "no".into(), refused: true, wait: Duration::from_secs(5) };
    store.failed(&owed, failure).await.expect("noted");
    let shown = store.obligations(9).await.expect("read");
    assert_eq!((shown.total, shown.refused, shown.oldest[0].last_error.as_str()), (1, 1, "no"));
    assert!(store.lease_obligations(Some(&id), 9).await.expect("read").is_empty());
    clock.advance(Duration::from_secs(5));
    let owed = store.lease_obligations(Some(&id), 9).await.expect("read").pop().expect("due");
    assert_eq!(owed.failures, 1);
    store.fulfilled(&owed).await.expect("removed");
    assert_eq!(store.obligations(9).await.expect("read").total, 0);
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
        let listed = store.list(filter).await.expect("listed");
        listed.orders.into_iter().map(|it| it.sequence).collect::<Vec<_>>()
    };
    let all = Filter { max_items: usize::MAX, ..Filter::default() };
    assert_eq!(sequences(Filter { limit: 2, ..all.clone() }).await, [3, 2]);
    assert_eq!(sequences(Filter { limit: 2, before: Some(2), ..all.clone() }).await, [1]);
    assert_eq!(sequences(Filter { customer_id: "ann".into(), limit: 9, ..all.clone() }).await, [3, 1]);
}

#[tokio::test]
async fn lists_and_counts_the_orders_of_a_status() {
    let store = memory().await;
    for customer in ["ann", "bob", "ann"] {
        let id = store.place("", draft(customer)).await.expect("placed").order.order_id;
        store.undo(&id, Status::Cancelled, "").await.expect("undoing");
        store.place("", draft(customer)).await.expect("placed");
    }
    let list = async |customer: &str, statuses: &[Status]| {
        let (customer_id, statuses) = (customer.to_owned(), statuses.to_vec());
        let filter = Filter { customer_id, statuses, limit: 1, max_items: usize::MAX, ..Filter::default() };
        let listed = store.list(filter).await.expect("listed");
        (listed.orders.iter().map(|it| it.sequence).collect::<Vec<_>>(), listed.total)
    };
    assert_eq!(list("", &[]).await, (vec![6], 6));
    assert_eq!(list("ann", &[]).await, (vec![6], 4));
    assert_eq!(list("", &[Status::Undoing]).await, (vec![5], 3));
    assert_eq!(list("bob", &[Status::Undoing, Status::Delivered]).await, (vec![3], 1));
    assert_eq!(list("bob", &[Status::Undoing, Status::Placed]).await, (vec![4], 2));
    assert_eq!(list("bob", &[Status::Delivered]).await, (vec![], 0));
}

#[tokio::test]
async fn a_list_ends_after_many_items() {
    let store = memory().await;
    for _ in 0..3 {
        store.place("", draft("ann")).await.expect("placed");
    }
    for (max_items, expected) in [(0, 1), (2, 1), (3, 2), (9, 3)] {
        let filter = Filter { limit: 9, max_items, ..Filter::default() };
        assert_eq!(store.list(filter).await.expect("listed").orders.len(), expected, "{max_items}");
    }
}

#[tokio::test]
async fn state_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("order.db");
    let name = file.to_str().expect("a name");
    let store = SqliteOrderStore::open(name, Clock::default()).await.expect("opens");
    let placed = store.place("k", draft("ann")).await.expect("placed");
    store.database().close().await;
    let store = SqliteOrderStore::open(name, Clock::default()).await.expect("opens again");
    assert_eq!(store.place("k", draft("ann")).await.expect("the same"), placed);
    assert_eq!(store.lease_due(9).await.expect("read").len(), 1);
}
