//! Placing orders.

use std::time::Duration;

use rust_svc::{Code, Context, Error, fake::Gate};

use super::{
    super::saga::FOLLOW_EVERY,
    shop::{TestShop, request, with},
};
use crate::generated::{
    dispatch::v1::{AssignOrderResponse, assignment},
    inventory::v1::{Reservation, ReserveItemsResponse, StockError, stock_error::Shortage},
    order::v1::{
        CancelOrderRequest, CreateOrderRequest, ListOrdersRequest, OrderItem, OrderService, StreamOrderUpdatesRequest,
        order::Status,
    },
};

#[tokio::test]
async fn creating_an_order_reserves_stock_then_requests_a_courier() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    assert_eq!(order.status, Some(Status::Dispatching));
    let reserved = &shop.inventory.reserve_items.requests()[0];
    assert_eq!((reserved.order_id.as_str(), reserved.items[0].quantity), (order.order_id.as_str(), 2));
    let asked = &shop.dispatch.assign_order.requests()[0];
    assert_eq!((asked.order_id.as_str(), asked.destination.latitude), (order.order_id.as_str(), 60.39));
    assert_eq!(asked.idempotency_key, reserved.idempotency_key);
    assert_eq!(asked.idempotency_key, order.order_id);
    shop.inventory.release_reservation.called(0);
}

#[tokio::test]
async fn a_key_creates_one_order() {
    let shop = TestShop::open().await;
    let first = shop.create("k").await.expect("created");
    assert_eq!(shop.create("k").await.expect("the same"), first);
    shop.inventory.reserve_items.called(1);
    let other = CreateOrderRequest { items: vec![request("k").items[0].clone(), other_item()], ..request("k") };
    let error = shop.orders.create_order(Context::new(), other).await.expect_err("refused");
    assert_eq!(error.code(), Code::AlreadyExists);
    let bob = CreateOrderRequest { customer_id: "bob".into(), ..request("k") };
    let order = shop.orders.create_order(Context::new(), bob).await.expect("his own key").order;
    assert_ne!(order.order_id, first.order_id);
}

fn other_item() -> OrderItem {
    OrderItem { product_id: "cup".into(), quantity: 1, ..OrderItem::default() }
}

#[tokio::test]
async fn concurrent_requests_with_one_key_create_one_order() {
    let shop = TestShop::open().await;
    let (one, other) = tokio::join!(shop.create("k"), shop.create("k"));
    assert_eq!(one.expect("created"), other.expect("the same"));
    shop.inventory.reserve_items.called(1);
    shop.dispatch.assign_order.called(1);
}

#[tokio::test]
async fn a_shortage_fails_the_order_and_each_repetition_with_details() {
    let shop = TestShop::without_scripts().await;
    let shortage = Shortage { product_id: "tea".into(), requested: 2, available: 1 };
    let detail = StockError { shortages: vec![shortage] };
    let error = Error::failed_precondition("not enough in stock").with_detail(detail.clone());
    shop.inventory.reserve_items.fails(error);
    for _ in 0..2 {
        let error = shop.create("k").await.expect_err("short");
        assert_eq!((error.code(), error.message()), (Code::FailedPrecondition, "not enough in stock: 1 of tea"));
        assert_eq!(error.detail::<StockError>(), Some(detail.clone()));
    }
    let order = shop.last().await;
    assert_eq!((order.status, order.reason.as_str()), (Some(Status::Failed), "not enough in stock: 1 of tea"));
    // Nothing was reserved, so nothing is to be released.
    shop.inventory.release_reservation.called(0);
    shop.dispatch.assign_order.called(0);
}

#[tokio::test]
async fn customers_read_no_message_of_the_inventory() {
    let shop = TestShop::without_scripts().await;
    shop.inventory.reserve_items.fails(Error::invalid_argument("inventory-3: relation `stock` is odd"));
    let error = shop.create("k").await.expect_err("refused");
    assert_eq!((error.code(), error.message()), (Code::InvalidArgument, "the items cannot be reserved"));
    assert_eq!(shop.last().await.reason, "the items cannot be reserved");
}

#[tokio::test]
async fn an_order_waits_while_dispatch_is_down() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::unavailable("dispatch is down"));
    let waiting = shop.create("k").await.expect("recorded");
    assert_eq!(waiting.status, Some(Status::Reserved));
    shop.dispatch.assign_order.called(1);

    shop.dispatch.assign_order.always(AssignOrderResponse::default());
    shop.tend_after(Duration::from_secs(1)).await;
    assert_eq!(shop.get(&waiting.order_id).await.status, Some(Status::Dispatching));
    shop.inventory.reserve_items.called(1);
    shop.inventory.release_reservation.called(0);
}

/// Dispatch has notified of all changes while the order waited to repeat its call.
#[tokio::test]
async fn an_order_whose_assignment_has_ended_before_the_response_does_not_wait() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::unavailable("the response was lost"));
    let waiting = shop.create("k").await.expect("recorded");
    let assignment = with(assignment::Status::Delivered);
    shop.dispatch.assign_order.always(AssignOrderResponse { assignment });
    shop.tend_after(Duration::from_secs(1)).await;
    assert_eq!(shop.get(&waiting.order_id).await.status, Some(Status::Delivered));
    assert_eq!(shop.releases().len(), 1);
}

#[tokio::test]
async fn an_order_waits_while_the_inventory_is_down() {
    let shop = TestShop::open().await;
    shop.inventory.reserve_items.reset();
    shop.inventory.reserve_items.fails(Error::unavailable("the inventory is down"));
    assert_eq!(shop.create("k").await.expect("recorded").status, Some(Status::Placed));
    shop.inventory.reserve_items.always(ReserveItemsResponse::default());
    let again = shop.create("k").await.expect("the same");
    assert_eq!(again.status, Some(Status::Dispatching), "a repetition pursues the order");
}

#[tokio::test]
async fn exceeding_the_deadline_leaves_an_order_that_is_pursued() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.hangs();
    let cx = Context::new().with_timeout(Duration::from_millis(500));
    let waiting = shop.orders.create_order(cx, request("k")).await.expect("recorded").order;
    assert_eq!(waiting.status, Some(Status::Reserved));
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.always(AssignOrderResponse::default());
    shop.tend_after(Duration::from_secs(1)).await;
    assert_eq!(shop.get(&waiting.order_id).await.status, Some(Status::Dispatching));
}

#[tokio::test]
async fn a_call_with_too_little_time_starts_nothing() {
    let shop = TestShop::open().await;
    let late = || Context::new().with_timeout(Duration::from_millis(10));
    let error = shop.orders.create_order(late(), request("k")).await.expect_err("too late");
    assert_eq!(error.code(), Code::DeadlineExceeded);
    shop.inventory.reserve_items.called(0);
    let listed = shop.orders.list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed");
    assert_eq!(listed.total_size, 0);
    let order = shop.create("k").await.expect("created");
    let cancel = CancelOrderRequest { order_id: order.order_id.clone(), ..CancelOrderRequest::default() };
    let error = shop.orders.cancel_order(late(), cancel).await.expect_err("too late");
    assert_eq!(error.code(), Code::DeadlineExceeded);
    assert_eq!(shop.get(&order.order_id).await, order);
}

#[tokio::test]
async fn a_refusal_of_dispatch_returns_the_stock_after_its_word() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::invalid_argument("dispatch-7: no such place"));
    let failed = shop.create("k").await.expect("recorded");
    assert_eq!((failed.status, failed.reason.as_str()), (Some(Status::Failed), "no courier can deliver the order"));
    shop.dispatch.cancel_assignment.called(1);
    assert_eq!(shop.releases().len(), 1);
}

#[tokio::test]
async fn a_reservation_is_repeated_before_it_expires() {
    let shop = TestShop::open().await;
    shop.inventory.reserve_items.reset();
    let expire_time = crate::time::from_micros(shop.clock.after(4 * FOLLOW_EVERY));
    let reservation = Reservation { expire_time, ..Reservation::default() };
    shop.inventory.reserve_items.always(ReserveItemsResponse { reservation });
    shop.create("k").await.expect("created");
    for _ in 0..3 {
        shop.follow(assignment::Status::Searching).await;
    }
    assert!(shop.inventory.reserve_items.requests().len() > 1);
}

#[tokio::test]
async fn a_dropped_caller_does_not_interrupt_the_order() {
    let shop = TestShop::open().await;
    let gate = Gate::new();
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.hold(&gate).always(AssignOrderResponse::default());
    let call = shop.create("k");
    let asked = async {
        while shop.dispatch.assign_order.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = call => panic!("it must be dropped while it waits"),
        () = asked => (),
    }
    gate.open();
    let order_id = shop.last().await.order_id;
    let request = StreamOrderUpdatesRequest { order_id };
    let mut updates = shop.orders.stream_order_updates(Context::new(), request).await.expect("a stream");
    while updates.next().await.expect("no end").expect("no error").order.status != Some(Status::Dispatching) {}
}
