//! The order service with the real inventory and the real dispatch.

use std::time::Duration;

use examples::{
    database::IN_MEMORY,
    generated::{
        dispatch::v1::{
            ConfirmRouteRequest, DispatchService, RouteService, StreamAssignmentsRequest, StreamAssignmentsResponse,
            stream_assignments_request::{Accept, Action, Connect, Report, report::Progress},
            stream_assignments_response::Event,
        },
        inventory::v1::{CheckStockRequest, InventoryService, StockError},
        order::v1::{CancelOrderRequest, ListOrdersRequest, OrderService, StreamOrderUpdatesRequest, order::Status},
    },
};
use rust_svc::{Code, Context, Sender, Streaming};

use crate::system::{System, teas};

/// The available, reserved and shipped quantities.
async fn stock(system: &System) -> (i64, i64, i64) {
    let request = CheckStockRequest { product_id: "tea".into() };
    let stock = system.inventory().check_stock(Context::new(), request).await.expect("there").stock;
    (stock.available, stock.reserved, stock.shipped)
}

async fn send(sender: &Sender<StreamAssignmentsRequest>, action: Action) {
    sender.send(StreamAssignmentsRequest { action: Some(action) }).await.expect("open");
}

async fn receive(events: &mut Streaming<StreamAssignmentsResponse>) -> Event {
    events.next().await.expect("no end").expect("no error").event.expect("an event")
}

#[tokio::test]
async fn an_order_is_placed_and_delivered() {
    let system = System::build().await;
    let (sender, requests) = Streaming::channel(4);
    let mut events = system.dispatch().stream_assignments(Context::new(), requests).await.expect("connected");
    send(&sender, Action::Connect(Connect { courier_id: "c1".into() })).await;
    assert!(matches!(receive(&mut events).await, Event::Courier(_)));

    let order = system.orders().create_order(Context::new(), teas("k", 2)).await.expect("created").order;
    assert_eq!(order.status, Some(Status::Dispatching));
    assert_eq!(stock(&system).await, (3, 2, 0));
    let request = StreamOrderUpdatesRequest { order_id: order.order_id.clone() };
    let updates = system.orders().stream_order_updates(Context::new(), request).await.expect("a stream");

    let Event::Offer(offer) = receive(&mut events).await else { panic!("no offer") };
    send(&sender, Action::Accept(Accept { offer_id: offer.offer_id })).await;
    let Event::Assignment(assignment) = receive(&mut events).await else { panic!("no assignment") };
    let id = assignment.assignment_id;
    let request = ConfirmRouteRequest { assignment_id: id.clone(), ..ConfirmRouteRequest::default() };
    system.routes().confirm_route(Context::new(), request).await.expect("confirmed");
    for progress in [Progress::PickedUp, Progress::Delivered] {
        send(&sender, Action::Report(Report { assignment_id: id.clone(), progress })).await;
        receive(&mut events).await;
    }

    let seen = tokio::select! {
        seen = updates.collect() => seen.expect("no error"),
        never = system.business.tend_forever(Duration::from_millis(10)) => match never {},
    };
    let seen: Vec<_> = seen.into_iter().map(|it| it.order.status).collect();
    let expected = [Status::Dispatching, Status::Assigned, Status::InTransit, Status::Delivered];
    assert_eq!(seen, expected.map(Some));
    system.business.tend(&Context::new()).await.expect("nothing is owed");
    assert_eq!(stock(&system).await, (3, 0, 2));
}

#[tokio::test]
async fn a_shortage_keeps_its_details_across_two_services() {
    let system = System::build().await;
    let error = system.orders().create_order(Context::new(), teas("k", 6)).await.expect_err("short");
    assert_eq!(error.code(), Code::FailedPrecondition);
    let detail: StockError = error.detail().expect("a StockError");
    assert_eq!((detail.shortages[0].requested, detail.shortages[0].available), (6, 5));
    assert_eq!(stock(&system).await, (5, 0, 0));
}

#[tokio::test]
async fn cancelling_releases_the_stock() {
    let system = System::build().await;
    let order = system.orders().create_order(Context::new(), teas("k", 2)).await.expect("created").order;
    let request = CancelOrderRequest { order_id: order.order_id, reason: String::new() };
    let cancelled = system.orders().cancel_order(Context::new(), request).await.expect("cancelled").order;
    assert_eq!(cancelled.status, Some(Status::Cancelled));
    assert_eq!(stock(&system).await, (5, 0, 0));
}

#[tokio::test]
async fn an_order_waits_during_an_outage_of_dispatch() {
    let System { inventory, dispatch, order, business } = System::build().await;
    let address = dispatch.url.trim_start_matches("http://").to_owned();
    dispatch.stop().await;
    let client = examples::generated::order::v1::OrderServiceClient(order.client());
    let waiting = client.create_order(Context::new(), teas("k", 2)).await.expect("recorded").order;
    assert_eq!(waiting.status, Some(Status::Reserved));
    let dispatch = crate::system::dispatch(IN_MEMORY, &address).await;
    let again = async || client.create_order(Context::new(), teas("k", 2)).await.expect("the same").order;
    while again().await.status != Some(Status::Dispatching) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let system = System { inventory, dispatch, order, business };
    assert_eq!(stock(&system).await, (3, 2, 0));
    let listed = client.list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed").orders;
    assert_eq!((listed.len(), &listed[0].order_id), (1, &waiting.order_id));
}

#[tokio::test]
async fn a_client_without_a_key_still_orders_once_per_call() {
    let system = System::build().await;
    for _ in 0..2 {
        system.orders().create_order(Context::new(), teas("", 1)).await.expect("created");
    }
    let listed = system.orders().list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed");
    assert_eq!(listed.orders.len(), 2);
}
