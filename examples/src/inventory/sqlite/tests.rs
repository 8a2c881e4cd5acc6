use rust_svc::Timestamp;

use super::{
    super::store::{NewReservation, ReleaseKind, StockCount, StockStore, StockStoreError},
    KEPT_CHANGES, SqliteStockStore,
};
use crate::{
    database::IN_MEMORY,
    generated::inventory::v1::{Item, reservation::State, stock_error::Shortage},
};

fn count(product: &str, on_hand: i64, seconds: i64) -> StockCount {
    let read_time = Timestamp::new(seconds, 0).expect("in range");
    StockCount { product_id: product.into(), on_hand, read_time }
}

fn wanted(id: &str, items: &[(&str, i32)]) -> NewReservation {
    let item = |(product, quantity): &(&str, i32)| Item { product_id: (*product).into(), quantity: *quantity };
    NewReservation { reservation_id: id.into(), order_id: "o1".into(), items: items.iter().map(item).collect() }
}

/// Five teas and one cup.
async fn memory() -> SqliteStockStore {
    let store = SqliteStockStore::open(IN_MEMORY).await.expect("opens");
    assert!(store.count(count("tea", 5, 1)).await.expect("counted"));
    assert!(store.count(count("cup", 1, 1)).await.expect("counted"));
    store
}

/// The available, reserved and shipped quantities.
async fn tea(store: &SqliteStockStore) -> (i64, i64, i64) {
    let level = store.level("tea").await.expect("read").expect("there");
    (level.available, level.reserved, level.shipped)
}

#[tokio::test]
async fn a_count_replaces_an_older_one() {
    let store = memory().await;
    assert!(!store.count(count("tea", 9, 1)).await.expect("skipped"));
    assert_eq!(tea(&store).await, (5, 0, 0));
    assert!(store.count(count("tea", 9, 2)).await.expect("counted"));
    assert_eq!(tea(&store).await, (9, 0, 0));
    assert!(store.level("milk").await.expect("read").is_none());
}

#[tokio::test]
async fn reserves_all_or_nothing() {
    let store = memory().await;
    let refusal = store.reserve(wanted("r1", &[("tea", 2), ("cup", 2), ("milk", 1)])).await;
    let Err(StockStoreError::Short(shortages)) = refusal else { panic!("{refusal:?}") };
    let short = |product: &str, requested, available| Shortage { product_id: product.into(), requested, available };
    assert_eq!(shortages, [short("cup", 2, 1), short("milk", 1, 0)]);
    assert_eq!(tea(&store).await, (5, 0, 0));
}

#[tokio::test]
async fn a_reservation_is_created_once() {
    let store = memory().await;
    let made = store.reserve(wanted("r1", &[("tea", 2), ("cup", 1)])).await.expect("made");
    let again = store.reserve(wanted("r1", &[("cup", 1), ("tea", 2)])).await.expect("the same");
    assert_eq!(again, made);
    assert_eq!(tea(&store).await, (3, 2, 0));
    assert!(matches!(store.reserve(wanted("r1", &[("tea", 3)])).await, Err(StockStoreError::KeyReused)));
}

#[tokio::test]
async fn a_reservation_ends_once() {
    let store = memory().await;
    store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.reserve(wanted("r2", &[("tea", 1)])).await.expect("made");
    for _ in 0..2 {
        let ended = store.release("r1", ReleaseKind::Returned).await.expect("returned");
        assert_eq!(ended.state, Some(State::Returned));
        store.release("r2", ReleaseKind::Shipped).await.expect("shipped");
    }
    assert_eq!(tea(&store).await, (4, 0, 1));
    assert!(matches!(store.release("r1", ReleaseKind::Shipped).await, Err(StockStoreError::Ended)));
    assert!(matches!(store.release("r2", ReleaseKind::Returned).await, Err(StockStoreError::Ended)));
    assert!(matches!(store.reserve(wanted("r1", &[("tea", 2)])).await, Err(StockStoreError::Ended)));
}

#[tokio::test]
async fn a_reservation_released_in_advance_is_never_created() {
    let store = memory().await;
    store.release("r1", ReleaseKind::Returned).await.expect("recorded");
    assert!(matches!(store.reserve(wanted("r1", &[("tea", 2)])).await, Err(StockStoreError::Ended)));
    assert_eq!(tea(&store).await, (5, 0, 0));
}

#[tokio::test]
async fn shipping_works_after_a_lower_count() {
    let store = memory().await;
    store.reserve(wanted("r1", &[("tea", 4)])).await.expect("made");
    store.count(count("tea", 1, 2)).await.expect("counted");
    assert_eq!(tea(&store).await, (0, 4, 0));
    store.release("r1", ReleaseKind::Shipped).await.expect("shipped");
    assert_eq!(tea(&store).await, (0, 0, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_reservations_never_exceed_the_stock() {
    let store = memory().await;
    let tries = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.reserve(wanted(&format!("r{number}"), &[("tea", 1)])).await.is_ok() })
    });
    let made = futures::future::join_all(tries).await.into_iter().filter(|made| matches!(made, Ok(true))).count();
    assert_eq!((made, tea(&store).await), (5, (0, 5, 0)));
}

#[tokio::test]
async fn changes_are_ordered_and_new() {
    let store = memory().await;
    let all = store.changes_after(None).await.expect("read");
    assert_eq!(all.levels.len(), 2);
    assert!(store.changes_after(Some(all.last)).await.expect("read").levels.is_empty());
    store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.release("r1", ReleaseKind::Returned).await.expect("returned");
    let changes = store.changes_after(Some(all.last)).await.expect("read");
    let reserved: Vec<_> = changes.levels.iter().map(|level| level.reserved).collect();
    assert_eq!(reserved, [2, 0]);
}

#[tokio::test]
async fn a_reader_too_far_behind_reads_all_levels_again() {
    let store = memory().await;
    for second in 2..KEPT_CHANGES + 4 {
        store.count(count("tea", second, second)).await.expect("counted");
    }
    let changes = store.changes_after(Some(1)).await.expect("read");
    let products: Vec<_> = changes.levels.iter().map(|level| level.product_id.as_str()).collect();
    assert_eq!(products, ["cup", "tea"]);
}

#[tokio::test]
async fn state_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("inventory.db");
    let name = file.to_str().expect("a name");
    let store = SqliteStockStore::open(name).await.expect("opens");
    store.count(count("tea", 5, 1)).await.expect("counted");
    let made = store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.close().await;
    let store = SqliteStockStore::open(name).await.expect("opens again");
    assert_eq!(tea(&store).await, (3, 2, 0));
    assert_eq!(store.reserve(wanted("r1", &[("tea", 2)])).await.expect("the same"), made);
}
