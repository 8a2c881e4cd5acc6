use std::{collections::BTreeSet, sync::Arc, time::Duration};

use rust_svc::Timestamp;

use super::{
    super::store::{NewReservation, ReleaseKind, StockCount, StockStore, StockStoreError},
    SqliteStockStore,
    changes::KEPT_CHANGES,
};
use crate::{
    database::IN_MEMORY,
    generated::inventory::v1::{Item, reservation::State, stock_error::Shortage},
    time::{Clock, to_micros},
};

/// Later than all counts.
const SHIPPED_AT: i64 = 1_000_000_000_000;

fn count(product: &str, on_hand: i64, seconds: i64) -> StockCount {
    let read_time = Timestamp::new(seconds, 0).expect("in range");
    StockCount { product_id: product.into(), on_hand, read_time }
}

fn wanted(id: &str, items: &[(&str, i32)]) -> NewReservation {
    let item = |(product, quantity): &(&str, i32)| Item { product_id: (*product).into(), quantity: *quantity };
    NewReservation {
        reservation_id: id.into(),
        order_id: "o1".into(),
        items: items.iter().map(item).collect(),
        expires_at: i64::MAX,
    }
}

/// Five teas and one cup.
async fn memory() -> SqliteStockStore {
    let store = SqliteStockStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
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
        store.release("r2", ReleaseKind::Shipped(SHIPPED_AT)).await.expect("shipped");
    }
    assert_eq!(tea(&store).await, (4, 0, 1));
    assert!(matches!(store.release("r1", ReleaseKind::Shipped(SHIPPED_AT)).await, Err(StockStoreError::Ended)));
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
    store.release("r1", ReleaseKind::Shipped(SHIPPED_AT)).await.expect("shipped");
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
    let all = store.changes_after(None, Arc::default()).await.expect("read");
    assert_eq!(all.levels.len(), 2);
    assert!(store.changes_after(Some(all.last), Arc::default()).await.expect("read").levels.is_empty());
    store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.release("r1", ReleaseKind::Returned).await.expect("returned");
    let changes = store.changes_after(Some(all.last), Arc::default()).await.expect("read");
    let reserved: Vec<_> = changes.levels.iter().map(|level| level.reserved).collect();
    assert_eq!(reserved, [2, 0]);
}

#[tokio::test]
async fn a_reader_too_far_behind_reads_all_levels_again() {
    let store = memory().await;
    for second in 2..KEPT_CHANGES + 4 {
        store.count(count("tea", second, second)).await.expect("counted");
    }
    let changes = store.changes_after(Some(1), Arc::default()).await.expect("read");
    let products: Vec<_> = changes.levels.iter().map(|level| level.product_id.as_str()).collect();
    assert_eq!(products, ["cup", "tea"]);
}

#[tokio::test]
async fn state_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("inventory.db");
    let name = file.to_str().expect("a name");
    let store = SqliteStockStore::open(name, Clock::default()).await.expect("opens");
    store.count(count("tea", 5, 1)).await.expect("counted");
    let made = store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.database().close().await;
    let store = SqliteStockStore::open(name, Clock::default()).await.expect("opens again");
    assert_eq!(tea(&store).await, (3, 2, 0));
    assert_eq!(store.reserve(wanted("r1", &[("tea", 2)])).await.expect("the same"), made);
}

/// A courier picks up two teas at second 20, which is reported late.
#[tokio::test]
async fn counts_and_shipments_are_ordered_by_the_time_at_which_they_happened() {
    for (read_at, on_hand, available) in [(10, 5, 3), (19, 5, 3), (21, 3, 3)] {
        for count_first in [true, false] {
            let store = memory().await;
            store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
            let ship = async || store.release("r1", ReleaseKind::Shipped(20_000_000)).await.expect("shipped");
            if !count_first {
                ship().await;
            }
            assert!(store.count(count("tea", on_hand, read_at)).await.expect("counted"));
            if count_first {
                ship().await;
            }
            assert_eq!(tea(&store).await, (available, 0, 2), "read at {read_at}, first: {count_first}");
        }
    }
}

#[tokio::test]
async fn a_reservation_expires_unless_it_is_repeated() {
    let clock = Clock::manual();
    let store = SqliteStockStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    store.count(count("tea", 5, 1)).await.expect("counted");
    let minutes = Duration::from_mins;
    let wanted = |id: &str, quantity| NewReservation {
        expires_at: clock.after(minutes(30)),
        ..wanted(id, &[("tea", quantity)])
    };
    store.reserve(wanted("kept", 1)).await.expect("made");
    store.reserve(wanted("left", 2)).await.expect("made");
    clock.advance(minutes(20));
    let kept = store.reserve(wanted("kept", 1)).await.expect("repeated");
    assert_eq!(kept.expire_time.map(to_micros), Some(clock.after(minutes(30))));
    assert_eq!(store.expire().await.expect("none"), 0);
    clock.advance(minutes(20));
    assert_eq!(store.expire().await.expect("one"), 1);
    assert_eq!(tea(&store).await, (4, 1, 0));
    let again = store.reserve(wanted("left", 2)).await.expect("made again");
    assert_eq!((again.state, tea(&store).await), (Some(State::Held), (2, 3, 0)));
}

#[tokio::test]
async fn an_expired_reservation_can_be_shipped_or_returned() {
    for (ending, expected) in [(ReleaseKind::Shipped(SHIPPED_AT), (3, 0, 2)), (ReleaseKind::Returned, (5, 0, 0))] {
        let store = memory().await;
        let wanted = wanted("r1", &[("tea", 2)]);
        store.reserve(NewReservation { expires_at: 0, ..wanted.clone() }).await.expect("made");
        store.expire().await.expect("expired");
        for _ in 0..2 {
            store.release("r1", ending).await.expect("ended");
        }
        assert_eq!(tea(&store).await, expected);
    }
}

#[tokio::test]
async fn a_watcher_reads_its_products_only() {
    let store = memory().await;
    let cups = Arc::new(BTreeSet::from(["cup".to_owned()]));
    let all = store.changes_after(None, cups.clone()).await.expect("read");
    assert_eq!(all.levels.len(), 1);
    store.count(count("tea", 9, 2)).await.expect("counted");
    let none = store.changes_after(Some(all.last), cups.clone()).await.expect("read");
    assert!(none.levels.is_empty() && none.last > all.last);
    store.count(count("cup", 7, 2)).await.expect("counted");
    assert_eq!(store.changes_after(Some(none.last), cups).await.expect("read").levels[0].available, 7);
}

#[tokio::test]
async fn a_prevention_is_deleted_after_some_days() {
    let clock = Clock::manual();
    let store = SqliteStockStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    store.count(count("tea", 5, 1)).await.expect("counted");
    store.release("old", ReleaseKind::Returned).await.expect("recorded");
    clock.advance(Duration::from_hours(6 * 24));
    store.release("later", ReleaseKind::Returned).await.expect("recorded");
    assert!(store.reserve(wanted("old", &[("tea", 1)])).await.is_err());
    clock.advance(Duration::from_hours(2 * 24));
    store.release("new", ReleaseKind::Returned).await.expect("recorded");
    assert!(store.reserve(wanted("later", &[("tea", 1)])).await.is_err());
    store.reserve(wanted("old", &[("tea", 1)])).await.expect("the cancellation is gone");
}
