//! The services of `dispatch.v1`.

use std::{sync::Arc, time::Duration};

use examples::{
    database::IN_MEMORY,
    dispatch::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore, store::DispatchStore},
    generated::dispatch::v1::{
        AssignOrderRequest, AssignOrderResponse, Assignment, CancelAssignmentRequest, CancelAssignmentResponse,
        ConfirmRouteRequest, ConfirmRouteResponse, Courier, CourierService, CourierServiceClient, CourierServiceFake,
        DispatchService, DispatchServiceClient, DispatchServiceFake, GetAssignmentRequest, GetAssignmentResponse,
        GetCourierStatusRequest, GetCourierStatusResponse, ListAvailableRequest, ListAvailableResponse,
        ListZonesRequest, ListZonesResponse, Point, Route, RouteService, RouteServiceClient, RouteServiceFake,
        StreamAssignmentsRequest, StreamAssignmentsResponse, UpdateCourierStatusRequest, UpdateCourierStatusResponse,
        WatchAssignmentsRequest, WatchAssignmentsResponse,
        assignment::Status,
        courier::Availability,
        courier_service_adapter, dispatch_service_adapter, route_service_adapter,
        stream_assignments_request::{Action, Connect},
        stream_assignments_response::Event,
    },
    time::Clock,
};
use rust_svc::{Client, Code, Context, Error, Streaming};

const BERGEN: Point = Point { latitude: 60.39, longitude: 5.32 };

#[tokio::test]
async fn courier_service() {
    signs_up(&implementation().await.0).await;
    let client = Client::in_memory(courier_service_adapter(Arc::new(implementation().await.0))).expect("served");
    signs_up(&CourierServiceClient::new(client)).await;
    let fake = CourierServiceFake::new();
    let courier =
        Courier { courier_id: "c1".into(), availability: Some(Availability::Available), ..Courier::default() };
    fake.get_courier_status.when(|it| it.courier_id == "none").fails(Error::not_found("none"));
    fake.update_courier_status.returns(UpdateCourierStatusResponse { courier: courier.clone() });
    fake.get_courier_status.returns(GetCourierStatusResponse { courier: courier.clone() });
    fake.list_available.returns(ListAvailableResponse { couriers: vec![courier], ..ListAvailableResponse::default() });
    signs_up(&fake).await;
}

/// The bulkhead of the contract has four calls in flight and eight that wait. It refuses others at once.
#[tokio::test(start_paused = true)]
async fn few_calls_list_zones_at_the_same_time() {
    let fake = CourierServiceFake::new();
    fake.list_zones.times(12).delay(Duration::from_millis(50)).returns(ListZonesResponse::default());
    let client = Client::in_memory(courier_service_adapter(Arc::new(fake.clone()))).expect("served");
    let client = CourierServiceClient::new(client);
    let listed = || client.list_zones(Context::new(), ListZonesRequest::default());
    let outcomes = futures::future::join_all((0..13).map(|_| listed())).await;
    let refused: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert_eq!(refused.iter().map(|error| error.code()).collect::<Vec<_>>(), [Code::Unavailable]);
}

#[tokio::test]
async fn dispatch_service() {
    delivers(&with_courier().await.0).await;
    let client = Client::in_memory(dispatch_service_adapter(Arc::new(with_courier().await.0))).expect("served");
    delivers(&DispatchServiceClient::new(client)).await;
    delivers(&dispatch_fake()).await;
}

#[tokio::test]
async fn route_service() {
    let (service, assignment_id) = with_accepted().await;
    confirms(&service, &assignment_id).await;
    let (service, assignment_id) = with_accepted().await;
    let client = Client::in_memory(route_service_adapter(Arc::new(service))).expect("served");
    confirms(&RouteServiceClient::new(client), &assignment_id).await;
    let fake = RouteServiceFake::new();
    let route = Route { points: vec![BERGEN; 3], ..Route::default() };
    fake.confirm_route.when(|it| it.assignment_id == "none").fails(Error::not_found("none"));
    fake.confirm_route.times(2).returns(ConfirmRouteResponse { route });
    confirms(&fake, "a1").await;
}

/// Signs a courier up, and finds it.
async fn signs_up(service: &dyn CourierService) {
    let courier = service.update_courier_status(Context::new(), available()).await.expect("signed up").courier;
    assert_eq!((courier.courier_id.as_str(), courier.availability), ("c1", Some(Availability::Available)));
    let request = |id: &str| GetCourierStatusRequest { courier_id: id.into() };
    let found = service.get_courier_status(Context::new(), request("c1")).await.expect("found").courier;
    assert_eq!(found.courier_id, "c1");
    let listed = service.list_available(Context::new(), ListAvailableRequest::default()).await.expect("listed");
    assert_eq!(listed.couriers.iter().map(|courier| courier.courier_id.as_str()).collect::<Vec<_>>(), ["c1"]);
    let unknown = service.get_courier_status(Context::new(), request("none")).await;
    assert_eq!(unknown.expect_err("unknown").code(), Code::NotFound);
}

/// Connects a courier; assigns an order, follows it and cancels it.
async fn delivers(service: &dyn DispatchService) {
    let (requests, received) = Streaming::channel(1);
    let connect = Action::Connect(Connect { courier_id: "c1".into() });
    requests.send(StreamAssignmentsRequest { action: Some(connect) }).await.expect("buffered");
    let mut events = service.stream_assignments(Context::new(), received).await.expect("connected");
    let event = events.next().await.expect("an event").expect("no error").event;
    assert!(matches!(&event, Some(Event::Courier(courier)) if courier.courier_id == "c1"), "{event:?}");
    drop(events);

    let request = AssignOrderRequest { idempotency_key: "k".into(), order_id: "o1".into(), destination: BERGEN };
    let assigned = service.assign_order(Context::new(), request).await.expect("assigned").assignment;
    assert_eq!((assigned.order_id.as_str(), assigned.status), ("o1", Some(Status::Searching)));
    let assignment_id = assigned.assignment_id;
    let request = GetAssignmentRequest { assignment_id: assignment_id.clone(), order_id: String::new() };
    let found = service.get_assignment(Context::new(), request).await.expect("found").assignment;
    assert_eq!(found.assignment_id, assignment_id);
    let request = WatchAssignmentsRequest { position: 0 };
    let mut changes = service.watch_assignments(Context::new(), request).await.expect("watched");
    let change = changes.next().await.expect("a change").expect("no error");
    assert_eq!(change.assignment.assignment_id, assignment_id);
    drop(changes);

    let request = CancelAssignmentRequest { assignment_id };
    let cancelled = service.cancel_assignment(Context::new(), request).await.expect("cancelled").assignment;
    assert_eq!(cancelled.status, Some(Status::Cancelled));
    let request = GetAssignmentRequest { assignment_id: "none".into(), order_id: String::new() };
    assert_eq!(service.get_assignment(Context::new(), request).await.expect_err("unknown").code(), Code::NotFound);
}

/// Confirms the route of an accepted assignment, twice.
async fn confirms(service: &dyn RouteService, assignment_id: &str) {
    let request =
        |id: &str| ConfirmRouteRequest { idempotency_key: "r1".into(), assignment_id: id.into(), stops: vec![BERGEN] };
    let first = service.confirm_route(Context::new(), request(assignment_id)).await.expect("confirmed").route;
    assert_eq!(first.points.len(), 3);
    let again = service.confirm_route(Context::new(), request(assignment_id)).await.expect("confirmed").route;
    assert_eq!(again, first);
    let unknown = service.confirm_route(Context::new(), request("none")).await;
    assert_eq!(unknown.expect_err("unknown").code(), Code::NotFound);
}

fn available() -> UpdateCourierStatusRequest {
    UpdateCourierStatusRequest {
        courier_id: "c1".into(),
        availability: Some(Availability::Available),
        position: Some(BERGEN),
        ..UpdateCourierStatusRequest::default()
    }
}

async fn implementation() -> (Dispatch, SqliteDispatchStore) {
    let clock = Clock::default();
    let store = SqliteDispatchStore::open(IN_MEMORY, clock.clone()).await.expect("opens");
    (Dispatch::new(Arc::new(store.clone()), DispatchConfig::default(), clock), store)
}

async fn with_courier() -> (Dispatch, SqliteDispatchStore) {
    let (service, store) = implementation().await;
    service.update_courier_status(Context::new(), available()).await.expect("signed up");
    (service, store)
}

/// Returns a service with an assignment that a courier has accepted.
async fn with_accepted() -> (Dispatch, String) {
    let (service, store) = with_courier().await;
    let request = AssignOrderRequest { idempotency_key: "k".into(), order_id: "o1".into(), destination: BERGEN };
    let assigned = service.assign_order(Context::new(), request).await.expect("assigned").assignment;
    store.accept(&assigned.assignment_id, "c1").await.expect("accepted");
    (service, assigned.assignment_id)
}

fn dispatch_fake() -> DispatchServiceFake {
    let fake = DispatchServiceFake::new();
    let assignment = |status| Assignment {
        assignment_id: "a1".into(),
        order_id: "o1".into(),
        status: Some(status),
        ..Assignment::default()
    };
    let courier = Event::Courier(Courier { courier_id: "c1".into(), ..Courier::default() });
    let connects = |it: &StreamAssignmentsRequest| matches!(it.action, Some(Action::Connect(_)));
    let session = fake.stream_assignments.expect(Duration::from_secs(1), connects);
    session.send(StreamAssignmentsResponse { event: Some(courier) }).stall();
    let change = WatchAssignmentsResponse { assignment: assignment(Status::Searching), position: 1 };
    fake.watch_assignments.send(change).stall();
    fake.assign_order.returns(AssignOrderResponse { assignment: assignment(Status::Searching) });
    fake.get_assignment.when(|it| it.assignment_id == "none").fails(Error::not_found("none"));
    fake.get_assignment.returns(GetAssignmentResponse { assignment: assignment(Status::Searching) });
    fake.cancel_assignment.returns(CancelAssignmentResponse { assignment: assignment(Status::Cancelled) });
    fake
}
