use std::time::Duration;

use rust_svc::SignedDuration;

use super::{
    super::store::{CourierUpdate, DispatchStore, DispatchStoreError, NewAssignment, Progress, Silence},
    SqliteDispatchStore,
};
use crate::{
    database::IN_MEMORY,
    generated::dispatch::v1::{
        Point, Route,
        assignment::Status,
        courier::{Availability, TransportMode},
        list_zones_response::Zone,
    },
    time::Clock,
};

fn new(id: &str, order: &str) -> NewAssignment {
    let destination = Point { latitude: 60.39, longitude: 5.32 };
    NewAssignment { assignment_id: id.into(), order_id: order.into(), destination }
}

fn update(id: &str) -> CourierUpdate {
    CourierUpdate { courier_id: id.into(), ..CourierUpdate::default() }
}

/// Two couriers, and an assignment without a courier.
async fn memory() -> SqliteDispatchStore {
    let store = SqliteDispatchStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
    for courier in ["c1", "c2"] {
        store.update_courier(update(courier)).await.expect("signed up");
    }
    store.assign(new("a1", "o1")).await.expect("assigned");
    store
}

#[tokio::test]
async fn an_assignment_is_created_once() {
    let store = memory().await;
    let made = store.assignment("a1").await.expect("there");
    assert_eq!(store.assign(new("a1", "o1")).await.expect("the same"), made);
    assert!(matches!(store.assign(new("a1", "o2")).await, Err(DispatchStoreError::KeyReused)));
    assert!(matches!(store.assign(new("a2", "o1")).await, Err(DispatchStoreError::AlreadyAssigned)));
    assert_eq!(store.assignment_of_order("o1").await.expect("there"), made);
}

#[tokio::test]
async fn an_assignment_cancelled_in_advance_is_never_created() {
    let store = memory().await;
    assert_eq!(store.cancel("a2").await.expect("recorded").status, Some(Status::Cancelled));
    assert!(matches!(store.assign(new("a2", "o2")).await, Err(DispatchStoreError::Cancelled)));
}

#[tokio::test]
async fn a_courier_carries_one_order_to_its_end() {
    let store = memory().await;
    store.assign(new("a2", "o2")).await.expect("assigned");
    assert_eq!(store.accept("a1", "c1").await.expect("accepted").courier_id, "c1");
    assert_eq!(store.accept("a1", "c1").await.expect("accepted").status, Some(Status::Accepted));
    assert!(matches!(store.accept("a2", "c1").await, Err(DispatchStoreError::NotFree)));
    assert!(matches!(store.accept("a1", "c2").await, Err(DispatchStoreError::WrongStatus(Status::Accepted))));
    assert!(matches!(store.progress("a1", "c2", Progress::PickedUp).await, Err(DispatchStoreError::NotYours)));
    assert_eq!(store.courier("c1").await.expect("there").availability, Some(Availability::Busy));
    for _ in 0..2 {
        store.progress("a1", "c1", Progress::PickedUp).await.expect("picked up");
    }
    assert!(matches!(store.cancel("a1").await, Err(DispatchStoreError::WrongStatus(Status::PickedUp))));
    store.progress("a1", "c1", Progress::Delivered).await.expect("delivered");
    assert_eq!(store.courier("c1").await.expect("there").availability, Some(Availability::Available));
    store.accept("a2", "c1").await.expect("accepted");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The couriers that may take an assignment, if it is the first.
async fn candidates(store: &SqliteDispatchStore, assignment_id: &str) -> Vec<String> {
    let found = store.next_match(owned(&["c1", "c2"]), Vec::new()).await.expect("read");
    found.filter(|found| found.assignment.assignment_id == assignment_id).map(|it| it.couriers).unwrap_or_default()
}

#[tokio::test]
async fn a_courier_that_declined_is_no_candidate() {
    let store = memory().await;
    assert_eq!(candidates(&store, "a1").await, ["c1", "c2"]);
    store.decline("a1", "c1").await.expect("noted");
    assert_eq!(candidates(&store, "a1").await, ["c2"]);
    store.decline("a1", "c2").await.expect("noted");
    assert_eq!(candidates(&store, "a1").await, [""; 0]);
}

#[tokio::test]
async fn the_oldest_assignment_that_is_not_offered_comes_first() {
    let store = memory().await;
    store.assign(new("a2", "o2")).await.expect("assigned");
    let next = async |couriers: &[&str], offered: &[&str]| {
        let found = store.next_match(owned(couriers), owned(offered)).await.expect("read");
        found.map(|found| found.assignment.assignment_id)
    };
    assert_eq!(next(&["c1"], &[]).await.as_deref(), Some("a1"));
    assert_eq!(next(&["c1"], &["a1"]).await.as_deref(), Some("a2"));
    store.decline("a1", "c1").await.expect("noted");
    assert_eq!(next(&["c1"], &[]).await.as_deref(), Some("a2"));
    assert_eq!(next(&["c1", "c2"], &[]).await.as_deref(), Some("a1"));
    store.accept("a1", "c2").await.expect("accepted");
    assert_eq!(next(&["c2", "nobody"], &[]).await, None);
    assert_eq!(next(&["c1"], &["a2"]).await, None);
}

#[tokio::test]
async fn a_courier_off_duty_loses_its_assignment() {
    let store = memory().await;
    store.accept("a1", "c1").await.expect("accepted");
    let off = CourierUpdate { on_duty: Some(false), ..update("c1") };
    store.update_courier(off.clone()).await.expect("off duty");
    let assignment = store.assignment("a1").await.expect("there");
    assert_eq!((assignment.status, assignment.courier_id.as_str()), (Some(Status::Searching), ""));
    assert_eq!(candidates(&store, "a1").await, ["c2"]);
    store.accept("a1", "c2").await.expect("accepted");
    store.progress("a1", "c2", Progress::PickedUp).await.expect("picked up");
    let off = CourierUpdate { courier_id: "c2".into(), ..off };
    assert!(matches!(store.update_courier(off).await, Err(DispatchStoreError::WrongStatus(Status::PickedUp))));
}

#[tokio::test]
async fn an_update_is_applied_once_and_keeps_other_fields() {
    let store = memory().await;
    let position = Some(Point { latitude: 1.0, longitude: 2.0 });
    store.update_courier(CourierUpdate { position, ..update("c1") }).await.expect("moved");
    let named = |name: &str| CourierUpdate { key: "k".into(), display_name: Some(name.into()), ..update("c1") };
    store.update_courier(named("Ann")).await.expect("named");
    let courier = store.update_courier(named("Bob")).await.expect("seen");
    let (courier, took_effect) = courier;
    assert!(!took_effect);
    assert_eq!((courier.display_name.as_str(), courier.position), ("Ann", position_of(1.0, 2.0)));
}

fn position_of(latitude: f64, longitude: f64) -> Option<Point> {
    Some(Point { latitude, longitude })
}

#[tokio::test]
async fn a_route_needs_a_courier_and_is_confirmed_once() {
    let store = memory().await;
    let route = |meters| Route {
        points: vec![Point { latitude: 1.0, longitude: 2.0 }, Point::default()],
        distance_meters: meters,
        travel_time: SignedDuration::new(60, 0),
        confirm_time: None,
    };
    assert!(matches!(
        store.confirm_route("a1", "", route(1)).await,
        Err(DispatchStoreError::WrongStatus(Status::Searching))
    ));
    store.accept("a1", "c1").await.expect("accepted");
    let confirmed = store.confirm_route("a1", "k", route(1)).await.expect("confirmed");
    assert_eq!(confirmed.points, route(1).points);
    assert_eq!(store.confirm_route("a1", "k", route(2)).await.expect("seen"), confirmed);
    assert_eq!(store.assignment("a1").await.expect("there").route, Some(confirmed));
    assert_eq!(store.confirm_route("a1", "l", route(2)).await.expect("replaced").distance_meters, 2);
}

#[tokio::test]
async fn lists_available_couriers() {
    let store = memory().await;
    let ids = async |after, limit| {
        let couriers = store.available("", after, limit).await.expect("listed");
        couriers.into_iter().map(|it| it.courier_id).collect::<Vec<_>>()
    };
    assert_eq!(ids("", 1).await, ["c1"]);
    assert_eq!(ids("c1", 1).await, ["c2"]);
    store.accept("a1", "c2").await.expect("accepted");
    assert_eq!(ids("", 9).await, ["c1"]);
}

#[tokio::test]
async fn lists_couriers_by_zone() {
    let store = memory().await;
    let mode = Some(TransportMode::Bicycle);
    for courier_id in ["c1", "c2"] {
        let zone = Some("centre".to_owned());
        let update =
            CourierUpdate { courier_id: courier_id.into(), zone, transport_mode: mode, ..CourierUpdate::default() };
        store.update_courier(update).await.expect("updated");
    }
    store.accept("a1", "c2").await.expect("accepted");
    let zone = Zone { zone: "centre".into(), couriers: 2, available: 1 };
    assert_eq!(store.zones().await.expect("listed"), [zone]);
    let couriers = store.available("centre", "", 9).await.expect("listed");
    assert_eq!(
        couriers.iter().map(|it| (it.courier_id.as_str(), it.transport_mode)).collect::<Vec<_>>(),
        [("c1", mode)]
    );
    assert!(store.available("harbour", "", 9).await.expect("listed").is_empty());
}

#[tokio::test]
async fn state_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dispatch.db");
    let name = file.to_str().expect("a name");
    let store = SqliteDispatchStore::open(name, Clock::default()).await.expect("opens");
    store.update_courier(update("c1")).await.expect("signed up");
    store.assign(new("a1", "o1")).await.expect("assigned");
    let accepted = store.accept("a1", "c1").await.expect("accepted");
    store.database().close().await;
    let store = SqliteDispatchStore::open(name, Clock::default()).await.expect("opens again");
    assert_eq!(store.assignment("a1").await.expect("there"), accepted);
    assert_eq!(store.courier("c1").await.expect("there").assignment_id, "a1");
}

#[tokio::test]
async fn a_silent_courier_loses_the_order_before_pickup_and_is_escalated_after_it() {
    let clock = Clock::manual();
    let store = SqliteDispatchStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    for (courier, id) in [("c1", "a1"), ("c2", "a2")] {
        store.update_courier(update(courier)).await.expect("signed up");
        store.assign(new(id, id)).await.expect("assigned");
        store.accept(id, courier).await.expect("accepted");
    }
    store.progress("a2", "c2", Progress::PickedUp).await.expect("picked up");
    let minute = Duration::from_mins(1);
    let end_silence = async || store.end_silence(clock.before(minute), clock.before(9 * minute)).await.expect("ended");
    assert_eq!(end_silence().await, Silence::default());

    clock.advance(2 * minute);
    let silence = end_silence().await;
    assert_eq!((silence.freed, silence.escalated, silence.lost), (vec!["a1".into()], vec!["a2".into()], vec![]));
    let freed = store.assignment("a1").await.expect("there");
    assert_eq!((freed.status, freed.courier_id.as_str()), (Some(Status::Searching), ""));
    assert!(store.assignment("a2").await.expect("there").escalate_time.is_some());
    assert_eq!(end_silence().await, Silence::default(), "it is escalated once");

    store.seen("c2").await.expect("there");
    assert!(store.assignment("a2").await.expect("there").escalate_time.is_none());
    clock.advance(2 * minute);
    assert_eq!(end_silence().await.escalated, ["a2"]);
    clock.advance(10 * minute);
    assert_eq!(end_silence().await.lost, ["a2"]);
    assert_eq!(store.assignment("a2").await.expect("there").status, Some(Status::Lost));
    assert!(store.progress("a2", "c2", Progress::Delivered).await.is_err(), "the word is final");
}

#[tokio::test]
async fn changes_are_ordered_and_compacted() {
    let store = memory().await;
    let seen = store.changes_after(0).await.expect("read");
    assert_eq!(seen.len(), 1);
    store.assign(new("a2", "o2")).await.expect("assigned");
    store.accept("a1", "c1").await.expect("accepted");
    let changed = store.changes_after(seen[0].1).await.expect("read");
    let ids: Vec<_> = changed.iter().map(|(assignment, _)| assignment.assignment_id.as_str()).collect();
    assert_eq!(ids, ["a2", "a1"]);
    assert!(store.changes_after(changed[1].1).await.expect("read").is_empty());
    assert_eq!(store.changes_after(i64::MAX).await.expect("read").len(), 2, "a position of a state that was lost");
}

#[tokio::test]
async fn a_repeated_confirmation_is_not_one_for_the_next_courier() {
    let store = memory().await;
    store.accept("a1", "c1").await.expect("accepted");
    store.confirm_route("a1", "k", Route::default()).await.expect("confirmed");
    let off = CourierUpdate { on_duty: Some(false), ..update("c1") };
    store.update_courier(off).await.expect("off duty");
    store.accept("a1", "c2").await.expect("accepted");
    store.confirm_route("a1", "k", Route::default()).await.expect_err("a repetition");
    assert_eq!(store.assignment("a1").await.expect("there").route, None);
}

#[tokio::test]
async fn a_prevention_is_deleted_after_some_days_and_no_position_is_repeated() {
    let clock = Clock::manual();
    let store = SqliteDispatchStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    store.cancel("old").await.expect("recorded");
    let seen = store.changes_after(0).await.expect("read").pop().expect("a change").1;
    clock.advance(Duration::from_hours(8 * 24));
    store.cancel("new").await.expect("recorded");
    assert!(matches!(store.assignment("old").await, Err(DispatchStoreError::UnknownAssignment(_))));
    let changed = store.changes_after(seen).await.expect("read");
    assert_eq!(changed.iter().map(|(it, _)| it.assignment_id.as_str()).collect::<Vec<_>>(), ["new"]);
}
