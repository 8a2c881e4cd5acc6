use rust_svc::Timestamp;

use super::{
    super::store::{Count, Ending, Refusal, StockStore, Wanted},
    KEPT_CHANGES, SqliteStock,
};
use crate::{
    database::IN_MEMORY,
    generated::inventory::v1::{Item, reservation::State, stock_error::Shortage},
};

fn count(product: &str, on_hand: i64, seconds: i64) -> Count {
    let read_time = Timestamp::new(seconds, 0).expect("in range");
    Count { product_id: product.into(), on_hand, read_time }
}

fn wanted(id: &str, items: &[(&str, i32)]) -> Wanted {
    let item = |(product, quantity): &(&str, i32)| Item { product_id: (*product).into(), quantity: *quantity };
    Wanted { reservation_id: id.into(), order_id: "o1".into(), items: items.iter().map(item).collect() }
}

/// Five teas and one cup.
async fn memory() -> SqliteStock {
    let store = SqliteStock::open(IN_MEMORY).await.expect("opens");
    assert!(store.count(count("tea", 5, 1)).await.expect("counted"));
    assert!(store.count(count("cup", 1, 1)).await.expect("counted"));
    store
}

/// What is available, reserved and shipped.
async fn tea(store: &SqliteStock) -> (i64, i64, i64) {
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
    let Err(Refusal::Short(shortages)) = refusal else { panic!("{refusal:?}") };
    let short = |product: &str, requested, available| Shortage { product_id: product.into(), requested, available };
    assert_eq!(shortages, [short("cup", 2, 1), short("milk", 1, 0)]);
    assert_eq!(tea(&store).await, (5, 0, 0));
}

#[tokio::test]
async fn the_same_reservation_is_made_once() {
    let store = memory().await;
    let made = store.reserve(wanted("r1", &[("tea", 2), ("cup", 1)])).await.expect("made");
    let again = store.reserve(wanted("r1", &[("cup", 1), ("tea", 2)])).await.expect("the same");
    assert_eq!(again, made);
    assert_eq!(tea(&store).await, (3, 2, 0));
    assert!(matches!(store.reserve(wanted("r1", &[("tea", 3)])).await, Err(Refusal::OtherContent)));
}

#[tokio::test]
async fn a_reservation_ends_once() {
    let store = memory().await;
    store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.reserve(wanted("r2", &[("tea", 1)])).await.expect("made");
    for _ in 0..2 {
        let ended = store.release("r1", Ending::Returned).await.expect("returned");
        assert_eq!(ended.state, Some(State::Returned));
        store.release("r2", Ending::Shipped).await.expect("shipped");
    }
    assert_eq!(tea(&store).await, (4, 0, 1));
    assert!(matches!(store.release("r1", Ending::Shipped).await, Err(Refusal::Ended)));
    assert!(matches!(store.release("r2", Ending::Returned).await, Err(Refusal::Ended)));
    assert!(matches!(store.reserve(wanted("r1", &[("tea", 2)])).await, Err(Refusal::Ended)));
}

#[tokio::test]
async fn one_that_is_released_before_it_is_made_is_never_made() {
    let store = memory().await;
    store.release("r1", Ending::Returned).await.expect("recorded");
    assert!(matches!(store.reserve(wanted("r1", &[("tea", 2)])).await, Err(Refusal::Ended)));
    assert_eq!(tea(&store).await, (5, 0, 0));
}

#[tokio::test]
async fn ships_what_was_counted_away() {
    let store = memory().await;
    store.reserve(wanted("r1", &[("tea", 4)])).await.expect("made");
    store.count(count("tea", 1, 2)).await.expect("counted");
    assert_eq!(tea(&store).await, (0, 4, 0));
    store.release("r1", Ending::Shipped).await.expect("shipped");
    assert_eq!(tea(&store).await, (0, 0, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_never_take_more_than_there_is() {
    let store = memory().await;
    let tries = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.reserve(wanted(&format!("r{number}"), &[("tea", 1)])).await.is_ok() })
    });
    let made = futures::future::join_all(tries).await.into_iter().filter(|made| matches!(made, Ok(true))).count();
    assert_eq!((made, tea(&store).await), (5, (0, 5, 0)));
}

#[tokio::test]
async fn changes_come_in_order_and_only_new_ones() {
    let store = memory().await;
    let all = store.changes_after(None).await.expect("read");
    assert_eq!(all.levels.len(), 2);
    assert!(store.changes_after(Some(all.last)).await.expect("read").levels.is_empty());
    store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.release("r1", Ending::Returned).await.expect("returned");
    let changes = store.changes_after(Some(all.last)).await.expect("read");
    let reserved: Vec<_> = changes.levels.iter().map(|level| level.reserved).collect();
    assert_eq!(reserved, [2, 0]);
}

#[tokio::test]
async fn who_is_too_far_behind_reads_everything_once_more() {
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
    let store = SqliteStock::open(name).await.expect("opens");
    store.count(count("tea", 5, 1)).await.expect("counted");
    let made = store.reserve(wanted("r1", &[("tea", 2)])).await.expect("made");
    store.close().await;
    let store = SqliteStock::open(name).await.expect("opens again");
    assert_eq!(tea(&store).await, (3, 2, 0));
    assert_eq!(store.reserve(wanted("r1", &[("tea", 2)])).await.expect("the same"), made);
}
