//! Orders and their assignments.

use std::time::Duration;

use futures::FutureExt;
use rust_svc::{Code, Context, Error};

use super::{
    super::{saga::FOLLOW_EVERY, store::OrderStore},
    shop::{TestShop, draft, with},
};
use crate::generated::{
    dispatch::v1::{GetAssignmentResponse, WatchAssignmentsResponse, assignment},
    inventory::v1::release_reservation_request::Outcome,
    order::v1::{OrderService, StreamOrderUpdatesRequest, order::Status},
};

#[tokio::test]
async fn the_stream_has_every_change_until_the_order_ends() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    let request = StreamOrderUpdatesRequest { order_id: order.order_id.clone() };
    let updates = shop.orders.stream_order_updates(Context::new(), request).await.expect("a stream");
    for status in [assignment::Status::Searching, assignment::Status::Accepted, assignment::Status::Searching] {
        shop.follow(status).await;
    }
    shop.follow(assignment::Status::Delivered).await;
    let updates = updates.collect().await.expect("no error");
    assert!(updates.windows(2).all(|pair| pair[1].previous_status == pair[0].order.status), "{updates:?}");
    assert!(updates.iter().all(|update| Some(update.change_time) == update.order.update_time));
    assert_eq!(updates[0].previous_status, Some(Status::Reserved));
    let seen: Vec<_> = updates.into_iter().map(|it| it.order.status).collect();
    let expected = [
        Status::Dispatching,
        Status::Assigned,
        Status::Dispatching,
        Status::Assigned,
        Status::InTransit,
        Status::Delivered,
    ];
    assert_eq!(seen, expected.map(Some));
    assert_eq!(shop.releases(), [(order.order_id, Some(Outcome::Shipped))]);
}

#[tokio::test]
async fn a_stream_waits_for_the_next_change() {
    let shop = TestShop::open().await;
    let order_id = shop.create("k").await.expect("created").order_id;
    let request = StreamOrderUpdatesRequest { order_id: order_id.clone() };
    let mut updates = shop.orders.stream_order_updates(Context::new(), request).await.expect("a stream");
    updates.next().await.expect("no end").expect("no error");
    assert!(updates.next().now_or_never().is_none());
    shop.cancel(&order_id).await.expect("cancelled");
    let undoing = updates.next().await.expect("no end").expect("no error").order;
    assert_eq!(undoing.status, Some(Status::Undoing));
    let last = updates.next().await.expect("no end").expect("no error").order;
    assert_eq!(last.status, Some(Status::Cancelled));
    assert!(updates.next().await.is_none());
    let unknown = StreamOrderUpdatesRequest { order_id: "nobody's".into() };
    let error = shop.orders.stream_order_updates(Context::new(), unknown).await.expect_err("unknown");
    assert_eq!(error.code(), Code::NotFound);
}

#[tokio::test]
async fn an_order_without_a_courier_fails_and_releases_its_stock() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.follow(assignment::Status::Failed).await;
    let failed = shop.get(&order.order_id).await;
    assert_eq!((failed.status, failed.reason.as_str()), (Some(Status::Failed), "no courier was found in time"));
    assert_eq!(shop.releases().len(), 1);
    assert_eq!(shop.create("k").await.expect("the same order"), failed);
}

#[tokio::test]
async fn an_order_whose_courier_is_lost_fails_and_its_stock_is_gone() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.follow(assignment::Status::Lost).await;
    let failed = shop.get(&order.order_id).await;
    assert_eq!((failed.status, failed.reason.as_str()), (Some(Status::Failed), "the courier was lost with the order"));
    assert_eq!(shop.releases(), [(order.order_id, Some(Outcome::Shipped))]);
}

#[tokio::test]
async fn an_assignment_that_dispatch_has_lost_is_made_again() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.dispatch.get_assignment.fails(Error::not_found("there is no such assignment"));
    shop.tend_after(FOLLOW_EVERY).await;
    shop.dispatch.assign_order.called(2);
    assert_eq!(shop.get(&order.order_id).await.status, Some(Status::Dispatching));
}

#[tokio::test]
async fn nothing_is_asked_before_it_is_due() {
    let shop = TestShop::open().await;
    shop.create("k").await.expect("created");
    for _ in 0..20 {
        shop.orders.tend(&Context::new()).await.expect("nothing to do");
    }
    assert!(shop.dispatch.get_assignment.requests().is_empty());
}

/// More orders than are pursued at the same time wait for the inventory.
#[tokio::test]
async fn a_hanging_inventory_does_not_delay_orders_that_do_not_need_it() {
    let shop = TestShop::open().await;
    let delivered = shop.create("k").await.expect("created").order_id;
    shop.inventory.reserve_items.reset();
    shop.inventory.reserve_items.hangs();
    for _ in 0..200 {
        shop.store.place("", draft("bob")).await.expect("placed");
    }
    shop.clock.advance(FOLLOW_EVERY);
    shop.dispatch.watch_assignments.always([] as [WatchAssignmentsResponse; 0]);
    let assignment = with(assignment::Status::Delivered);
    shop.dispatch.get_assignment.always(GetAssignmentResponse { assignment });
    let request = StreamOrderUpdatesRequest { order_id: delivered };
    let updates = shop.orders.stream_order_updates(Context::new(), request).await.expect("a stream");
    tokio::select! {
        never = shop.orders.tend_forever(Duration::from_millis(10)) => match never {},
        seen = updates.collect() => drop(seen.expect("delivered")),
    }
    let waiting = shop.inventory.reserve_items.requests().len();
    assert!(waiting < 64, "{waiting} orders occupy the process");
}
