//! The services of `order.v1`.

use std::sync::Arc;

use examples::{
    database::IN_MEMORY,
    generated::{
        dispatch::v1::{
            AssignOrderResponse, Assignment, CancelAssignmentResponse, Courier, CourierServiceFake,
            DispatchServiceFake, GetAssignmentResponse, GetCourierStatusResponse, Point, Route, assignment,
        },
        inventory::v1::{InventoryServiceFake, ReleaseReservationResponse, ReserveItemsResponse},
        order::v1::{
            Address, CancelOrderRequest, CancelOrderResponse, CreateOrderRequest, CreateOrderResponse,
            DeliveryInstructions, GetOrderRequest, GetOrderResponse, GetTrackingRequest, GetTrackingResponse,
            ListObligationsRequest, ListObligationsResponse, ListOrdersRequest, ListOrdersResponse, Order, OrderItem,
            OrderOperationsService, OrderOperationsServiceClient, OrderOperationsServiceFake, OrderService,
            OrderServiceClient, OrderServiceFake, StreamOrderUpdatesRequest, StreamOrderUpdatesResponse,
            TrackingService, TrackingServiceClient, TrackingServiceFake, UpdateOrderRequest, UpdateOrderResponse,
            UploadOrderItemsRequest, UploadOrderItemsResponse, order_operations_service_adapter, order_service_adapter,
            tracking_service_adapter,
            upload_order_items_request::{Header, Part},
        },
    },
    order::{Orders, sqlite::SqliteOrderStore},
    time::Clock,
    tracking::Tracking,
};
use rust_svc::{Client, Code, Context, Error, FieldMask, Streaming};

#[tokio::test]
async fn order_service() {
    orders(&implementation().await).await;
    let client = Client::in_memory(order_service_adapter(Arc::new(implementation().await))).expect("served");
    orders(&OrderServiceClient::new(client)).await;
    orders(&order_fake()).await;
}

#[tokio::test]
async fn order_operations_service() {
    owes_nothing(&implementation().await).await;
    let adapter = order_operations_service_adapter(Arc::new(implementation().await));
    owes_nothing(&OrderOperationsServiceClient::new(Client::in_memory(adapter).expect("served"))).await;
    let fake = OrderOperationsServiceFake::new();
    fake.list_obligations.returns(ListObligationsResponse::default());
    owes_nothing(&fake).await;
}

#[tokio::test]
async fn tracking_service() {
    tracks(&tracking()).await;
    let client = Client::in_memory(tracking_service_adapter(Arc::new(tracking()))).expect("served");
    tracks(&TrackingServiceClient::new(client)).await;
    let fake = TrackingServiceFake::new();
    let (order, courier, route) = (order("o1"), Some(courier()), Some(route()));
    fake.get_tracking.when(|it| it.order_id == "none").fails(Error::not_found("none"));
    fake.get_tracking.returns(GetTrackingResponse { order, courier, route, missing: Vec::new() });
    tracks(&fake).await;
}

/// Creates an order, reads it in every way, changes it and cancels it.
async fn orders(service: &dyn OrderService) {
    let created = service.create_order(Context::new(), request("k")).await.expect("created").order;
    assert_eq!((created.customer_id.as_str(), created.items.len()), ("ann", 1));
    let id = || created.order_id.clone();
    let get = async |order_id: String| service.get_order(Context::new(), GetOrderRequest { order_id }).await;
    assert_eq!(get(id()).await.expect("found").order.order_id, id());
    assert_eq!(get("none".into()).await.expect_err("unknown").code(), Code::NotFound);
    let request = ListOrdersRequest { customer_id: "ann".into(), ..ListOrdersRequest::default() };
    let listed = service.list_orders(Context::new(), request).await.expect("listed");
    assert_eq!(listed.orders.iter().map(|order| order.order_id.clone()).collect::<Vec<_>>(), [id()]);
    let request = StreamOrderUpdatesRequest { order_id: id() };
    let mut updates = service.stream_order_updates(Context::new(), request).await.expect("followed");
    assert_eq!(updates.next().await.expect("an update").expect("no error").order.order_id, id());
    drop(updates);

    let instructions = Some(DeliveryInstructions { note: "ring twice".into(), ..DeliveryInstructions::default() });
    let order = Order { order_id: id(), instructions, ..Order::default() };
    let update_mask = Some(FieldMask::new(["instructions.note"]));
    let request = UpdateOrderRequest { order, update_mask, idempotency_key: String::new() };
    let updated = service.update_order(Context::new(), request).await.expect("updated").order;
    assert_eq!(updated.instructions.map(|it| it.note).as_deref(), Some("ring twice"));
    let uploaded = service.upload_order_items(Context::new(), upload()).await.expect("uploaded");
    assert_eq!(uploaded.item_count, 1);
    let request = CancelOrderRequest { order_id: id(), reason: "changed my mind".into() };
    let cancelled = service.cancel_order(Context::new(), request).await.expect("cancelled").order;
    assert_eq!(cancelled.order_id, id());
}

async fn owes_nothing(service: &dyn OrderOperationsService) {
    let owed = service.list_obligations(Context::new(), ListObligationsRequest {}).await.expect("listed");
    assert_eq!((owed.obligations.len(), owed.total, owed.refused), (0, 0, 0));
}

async fn tracks(service: &dyn TrackingService) {
    let get = async |id: &str| service.get_tracking(Context::new(), GetTrackingRequest { order_id: id.into() }).await;
    let tracked = get("o1").await.expect("tracked");
    assert_eq!(tracked.order.order_id, "o1");
    assert_eq!(tracked.courier.map(|courier| courier.courier_id).as_deref(), Some("c1"));
    assert_eq!(tracked.route.map(|route| route.points.len()), Some(1));
    assert_eq!(get("none").await.expect_err("unknown").code(), Code::NotFound);
}

fn request(key: &str) -> CreateOrderRequest {
    CreateOrderRequest {
        idempotency_key: key.into(),
        customer_id: "ann".into(),
        items: vec![OrderItem { product_id: "tea".into(), quantity: 2, ..OrderItem::default() }],
        delivery_address: Address { city: "Bergen".into(), latitude: 60.39, longitude: 5.32, ..Address::default() },
        instructions: None,
    }
}

fn upload() -> Streaming<UploadOrderItemsRequest> {
    let CreateOrderRequest { idempotency_key, customer_id, items, delivery_address, .. } = request("k2");
    let header = Header { idempotency_key, customer_id, delivery_address, instructions: None };
    let parts = [Part::Header(header)].into_iter().chain(items.into_iter().map(Part::Item));
    Streaming::from_messages(parts.map(|part| UploadOrderItemsRequest { part: Some(part) }).collect::<Vec<_>>())
}

fn order(id: &str) -> Order {
    let items = vec![OrderItem { product_id: "tea".into(), quantity: 2, ..OrderItem::default() }];
    Order { order_id: id.into(), customer_id: "ann".into(), items, ..Order::default() }
}

fn courier() -> Courier {
    Courier { courier_id: "c1".into(), ..Courier::default() }
}

fn route() -> Route {
    Route { points: vec![Point { latitude: 60.39, longitude: 5.32 }], ..Route::default() }
}

async fn implementation() -> Orders {
    let clock = Clock::default();
    let store = SqliteOrderStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    let (inventory, dispatch) = (InventoryServiceFake::lenient(), DispatchServiceFake::lenient());
    inventory.reserve_items.always(ReserveItemsResponse::default());
    inventory.release_reservation.always(ReleaseReservationResponse::default());
    dispatch.assign_order.always(AssignOrderResponse::default());
    let assignment = Assignment { status: Some(assignment::Status::Cancelled), ..Assignment::default() };
    dispatch.cancel_assignment.always(CancelAssignmentResponse { assignment });
    Orders::new(Arc::new(store), Arc::new(inventory), Arc::new(dispatch), clock)
}

fn tracking() -> Tracking {
    let (orders, dispatch) = (OrderServiceFake::lenient(), DispatchServiceFake::lenient());
    let couriers = CourierServiceFake::lenient();
    orders.get_order.when(|it| it.order_id == "o1").always(GetOrderResponse { order: order("o1") });
    orders.get_order.always_fails(Error::not_found("none"));
    let assignment = Assignment { courier_id: "c1".into(), route: Some(route()), ..Assignment::default() };
    dispatch.get_assignment.always(GetAssignmentResponse { assignment });
    couriers.get_courier_status.always(GetCourierStatusResponse { courier: courier() });
    Tracking { orders: Arc::new(orders), dispatch: Arc::new(dispatch), couriers: Arc::new(couriers) }
}

fn order_fake() -> OrderServiceFake {
    let fake = OrderServiceFake::new();
    let instructions = Some(DeliveryInstructions { note: "ring twice".into(), ..DeliveryInstructions::default() });
    fake.create_order.returns(CreateOrderResponse { order: order("o1") });
    fake.get_order.when(|it| it.order_id == "none").fails(Error::not_found("none"));
    fake.get_order.returns(GetOrderResponse { order: order("o1") });
    let listed = ListOrdersResponse { orders: vec![order("o1")], total_size: 1, ..ListOrdersResponse::default() };
    fake.list_orders.returns(listed);
    let update = StreamOrderUpdatesResponse { order: order("o1"), ..StreamOrderUpdatesResponse::default() };
    fake.stream_order_updates.send(update).stall();
    fake.update_order.returns(UpdateOrderResponse { order: Order { instructions, ..order("o1") } });
    let header = |it: &UploadOrderItemsRequest| matches!(it.part, Some(Part::Header(_)));
    fake.upload_order_items.first(header).returns(UploadOrderItemsResponse {
        order: order("o2"),
        item_count: 1,
        ..UploadOrderItemsResponse::default()
    });
    fake.cancel_order.returns(CancelOrderResponse { order: order("o1") });
    fake
}
