//! The rules of orders, with fakes of inventory and dispatch.

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use rust_svc::{Code, Context, Error, FieldMask, Result, Streaming, fake::Gate};

use super::{Orders, sqlite::SqliteOrderStore};
use crate::{
    database::IN_MEMORY,
    generated::{
        dispatch::v1::{
            AssignOrderResponse, Assignment, CancelAssignmentResponse, DispatchServiceFake, GetAssignmentResponse,
            assignment,
        },
        inventory::v1::{
            InventoryServiceFake, ReleaseReservationRequest, ReleaseReservationResponse, ReserveItemsResponse,
            StockError, release_reservation_request::Outcome, stock_error::Shortage,
        },
        order::v1::{
            Address, CancelOrderRequest, CreateOrderRequest, DeliveryInstructions, GetOrderRequest, ListOrdersRequest,
            Order, OrderItem, OrderService, StreamOrderUpdatesRequest, UpdateOrderRequest, UploadOrderItemsRequest,
            order::Status,
            upload_order_items_request::{Header, Part},
        },
    },
};

/// An order service whose dependencies succeed.
struct TestShop {
    orders: Orders,
    inventory: InventoryServiceFake,
    dispatch: DispatchServiceFake,
}

impl TestShop {
    async fn open() -> Self {
        let shop = Self::without_scripts().await;
        shop.inventory.reserve_items.always(ReserveItemsResponse::default());
        shop.inventory.release_reservation.always(ReleaseReservationResponse::default());
        shop.dispatch.assign_order.always(AssignOrderResponse::default());
        shop.dispatch.cancel_assignment.always(CancelAssignmentResponse::default());
        shop
    }

    /// The fakes have no scripts.
    async fn without_scripts() -> Self {
        let store = Arc::new(SqliteOrderStore::open(IN_MEMORY).await.expect("opens"));
        let (inventory, dispatch) = (InventoryServiceFake::new(), DispatchServiceFake::new());
        let orders = Orders::new(store, Arc::new(inventory.clone()), Arc::new(dispatch.clone()));
        Self { orders, inventory, dispatch }
    }

    async fn create(&self, key: &str) -> Result<Order> {
        Ok(self.orders.create_order(Context::new(), request(key)).await?.order)
    }

    async fn get(&self, order_id: &str) -> Order {
        let request = GetOrderRequest { order_id: order_id.into() };
        self.orders.get_order(Context::new(), request).await.expect("there").order
    }

    /// The newest order.
    async fn last(&self) -> Order {
        let orders =
            self.orders.list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed").orders;
        orders.into_iter().next().expect("an order")
    }

    async fn cancel(&self, order_id: &str) -> Result<Order> {
        let request = CancelOrderRequest { order_id: order_id.into(), reason: "changed my mind".into() };
        Ok(self.orders.cancel_order(Context::new(), request).await?.order)
    }

    /// Reconciles with an assignment of this status.
    async fn follow(&self, status: assignment::Status) {
        let assignment = Assignment { status: Some(status), ..Assignment::default() };
        self.dispatch.get_assignment.returns(GetAssignmentResponse { assignment });
        self.orders.reconcile(&Context::new()).await.expect("reconciled");
    }

    fn releases(&self) -> Vec<(String, Option<Outcome>)> {
        let requests = self.inventory.release_reservation.requests();
        requests.into_iter().map(|it: ReleaseReservationRequest| (it.reservation_id, it.outcome)).collect()
    }
}

fn request(key: &str) -> CreateOrderRequest {
    CreateOrderRequest {
        idempotency_key: key.into(),
        customer_id: "ann".into(),
        items: vec![OrderItem { product_id: "tea".into(), quantity: 2 }],
        delivery_address: Address { city: "Bergen".into(), latitude: 60.39, longitude: 5.32, ..Address::default() },
        instructions: None,
    }
}

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
    shop.inventory.release_reservation.called(0);
}

#[tokio::test]
async fn a_key_creates_one_order() {
    let shop = TestShop::open().await;
    let first = shop.create("k").await.expect("created");
    assert_eq!(shop.create("k").await.expect("the same"), first);
    shop.inventory.reserve_items.called(1);
    let other = CreateOrderRequest { customer_id: "bob".into(), ..request("k") };
    let error = shop.orders.create_order(Context::new(), other).await.expect_err("refused");
    assert_eq!(error.code(), Code::AlreadyExists);
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
async fn a_shortage_fails_the_order_with_details() {
    let shop = TestShop::without_scripts().await;
    let shortage = Shortage { product_id: "tea".into(), requested: 2, available: 1 };
    let detail = StockError { shortages: vec![shortage] };
    let error = Error::failed_precondition("not enough in stock").with_detail(detail.clone());
    shop.inventory.reserve_items.fails(error);
    let error = shop.create("k").await.expect_err("short");
    assert_eq!((error.code(), error.detail::<StockError>()), (Code::FailedPrecondition, Some(detail)));
    let order = shop.last().await;
    assert_eq!((order.status, order.reason.as_str()), (Some(Status::Failed), "not enough in stock"));
    // Nothing was reserved, so nothing is to be released.
    shop.inventory.release_reservation.called(0);
    shop.dispatch.assign_order.called(0);
}

#[tokio::test]
async fn stock_is_released_when_dispatch_fails_and_the_same_key_retries() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::unavailable("dispatch is down"));
    assert_eq!(shop.create("k").await.expect_err("down").code(), Code::Unavailable);
    let failed = shop.last().await;
    assert_eq!(failed.status, Some(Status::Failed));
    let first = format!("{}.1", failed.order_id);
    assert_eq!(shop.releases(), [(first.clone(), Some(Outcome::Returned))]);
    // It may have been asked all the same.
    assert_eq!(shop.dispatch.cancel_assignment.requests()[0].assignment_id, first);

    shop.dispatch.assign_order.always(AssignOrderResponse::default());
    let order = shop.create("k").await.expect("created");
    assert_eq!((order.order_id.as_str(), order.status), (failed.order_id.as_str(), Some(Status::Dispatching)));
    let keys: Vec<_> = shop.inventory.reserve_items.requests().into_iter().map(|it| it.idempotency_key).collect();
    assert_eq!(keys, [first, format!("{}.2", failed.order_id)]);
}

#[tokio::test]
async fn failed_compensation_is_retried() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.fails(Error::failed_precondition("no"));
    shop.inventory.release_reservation.reset();
    shop.inventory.release_reservation.fails(Error::unavailable("inventory is down"));
    shop.create("k").await.expect_err("refused");
    shop.inventory.release_reservation.called(1);

    shop.inventory.release_reservation.always(ReleaseReservationResponse::default());
    for _ in 0..2 {
        shop.orders.reconcile(&Context::new()).await.expect("reconciled");
    }
    shop.inventory.release_reservation.called(2);
}

#[tokio::test]
async fn exceeding_the_deadline_releases_the_stock() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    shop.dispatch.assign_order.hangs();
    let cx = Context::new().with_timeout(Duration::from_millis(100));
    let error = shop.orders.create_order(cx, request("k")).await.expect_err("no time");
    assert_eq!(error.code(), Code::DeadlineExceeded);
    assert_eq!(shop.releases().len(), 1);
    shop.dispatch.cancel_assignment.called(1);
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

#[tokio::test]
async fn cancelling_cancels_the_assignment_and_releases_the_stock() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    let cancelled = shop.cancel(&order.order_id).await.expect("cancelled");
    assert_eq!((cancelled.status, cancelled.reason.as_str()), (Some(Status::Cancelled), "changed my mind"));
    assert_eq!(shop.cancel(&order.order_id).await.expect("still cancelled"), cancelled);
    let name = format!("{}.1", order.order_id);
    assert_eq!(shop.releases(), [(name.clone(), Some(Outcome::Returned))]);
    assert_eq!(shop.dispatch.cancel_assignment.requests()[0].assignment_id, name);
    assert_eq!(shop.create("k").await.expect("the same order"), cancelled);
}

#[tokio::test]
async fn an_order_that_was_picked_up_is_not_cancelled() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.dispatch.cancel_assignment.reset();
    shop.dispatch.cancel_assignment.fails(Error::failed_precondition("picked up"));
    let error = shop.cancel(&order.order_id).await.expect_err("too late");
    assert_eq!(error.code(), Code::FailedPrecondition);
    assert_eq!(shop.get(&order.order_id).await.status, Some(Status::Dispatching));
    shop.follow(assignment::Status::PickedUp).await;
    shop.cancel(&order.order_id).await.expect_err("too late");
    shop.dispatch.cancel_assignment.called(1);
    assert_eq!(shop.releases(), [(format!("{}.1", order.order_id), Some(Outcome::Shipped))]);
}

#[tokio::test]
async fn an_order_is_not_cancelled_while_dispatch_is_unavailable() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    shop.dispatch.cancel_assignment.reset();
    shop.dispatch.cancel_assignment.fails(Error::unavailable("dispatch is down"));
    assert_eq!(shop.cancel(&order.order_id).await.expect_err("down").code(), Code::Unavailable);
    assert_eq!(shop.get(&order.order_id).await.status, Some(Status::Dispatching));
    shop.inventory.release_reservation.called(0);
}

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
    let seen: Vec<_> = updates.collect().await.expect("no error").into_iter().map(|it| it.order.status).collect();
    let expected = [
        Status::Dispatching,
        Status::Assigned,
        Status::Dispatching,
        Status::Assigned,
        Status::InTransit,
        Status::Delivered,
    ];
    assert_eq!(seen, expected.map(Some));
    assert_eq!(shop.releases(), [(format!("{}.1", order.order_id), Some(Outcome::Shipped))]);
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
async fn recovery_undoes_orders_that_were_being_placed() {
    let shop = TestShop::open().await;
    shop.dispatch.assign_order.reset();
    let gate = Gate::new();
    shop.dispatch.assign_order.hold(&gate).may_be_interrupted().always(AssignOrderResponse::default());
    tokio::spawn(shop.orders.clone().create_order_of("k"));
    while shop.dispatch.assign_order.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    shop.orders.recover(&Context::new()).await.expect("recovered");
    assert_eq!(shop.last().await.status, Some(Status::Failed));
    assert_eq!(shop.releases().len(), 1);
    shop.dispatch.cancel_assignment.called(1);
}

impl Orders {
    async fn create_order_of(self, key: &'static str) {
        let _ = self.create_order(Context::new(), request(key)).await;
    }
}

#[tokio::test]
async fn an_upload_needs_a_header_then_items() {
    let shop = TestShop::open().await;
    let CreateOrderRequest { idempotency_key, customer_id, items, delivery_address, .. } = request("k");
    let header = Header { idempotency_key, customer_id, delivery_address, instructions: None };
    let part = |part| UploadOrderItemsRequest { part: Some(part) };
    let parts: Vec<_> =
        std::iter::once(Part::Header(header)).chain(items.into_iter().map(Part::Item)).map(part).collect();
    let upload = async |parts| shop.orders.upload_order_items(Context::new(), Streaming::from_messages(parts)).await;
    let response = upload(parts.clone()).await.expect("uploaded");
    assert_eq!(response.item_count, 1);
    assert_eq!(shop.create("k").await.expect("the same"), response.order);
    for wrong in [vec![], parts[..1].to_vec(), parts[1..].to_vec(), [parts.clone(), parts].concat()] {
        assert_eq!(upload(wrong).await.expect_err("wrong").code(), Code::InvalidArgument);
    }
}

#[tokio::test]
async fn an_update_with_an_outdated_etag_is_aborted() {
    let shop = TestShop::open().await;
    let order = shop.create("k").await.expect("created");
    let update = async |note: &str, etag: &str| {
        let instructions = Some(DeliveryInstructions { note: note.into(), ..DeliveryInstructions::default() });
        let order = Order { order_id: order.order_id.clone(), instructions, etag: etag.into(), ..Order::default() };
        let update_mask = Some(FieldMask::new(["instructions.note"]));
        let request = UpdateOrderRequest { order, update_mask, idempotency_key: String::new() };
        shop.orders.update_order(Context::new(), request).await.map(|it| it.order)
    };
    let updated = update("ring twice", &order.etag).await.expect("updated");
    assert_eq!(updated.instructions.clone().map(|it| it.note).as_deref(), Some("ring twice"));
    assert_eq!(update("knock", &order.etag).await.expect_err("old").code(), Code::Aborted);
    assert_eq!(update("knock", "x").await.expect_err("wrong").code(), Code::InvalidArgument);
    update("knock", "").await.expect("updated");
    shop.cancel(&order.order_id).await.expect("cancelled");
    assert_eq!(update("late", "").await.expect_err("over").code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn pages_contain_each_order_once() {
    let shop = TestShop::open().await;
    for number in 0..5 {
        shop.create(&number.to_string()).await.expect("created");
    }
    let mut request = ListOrdersRequest { page_size: 2, customer_id: "ann".into(), ..ListOrdersRequest::default() };
    let mut sizes = Vec::new();
    loop {
        let page = shop.orders.list_orders(Context::new(), request.clone()).await.expect("listed");
        sizes.push(page.orders.len());
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn invalid_requests_do_not_reach_other_services() {
    let shop = TestShop::open().await;
    let wrong = CreateOrderRequest { items: Vec::new(), delivery_address: Address::default(), ..request("k") };
    let error = shop.orders.create_order(Context::new(), wrong).await.expect_err("wrong");
    let fields: Vec<_> = error.violations().iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["items", "delivery_address.city"]);
    shop.inventory.reserve_items.called(0);
}
