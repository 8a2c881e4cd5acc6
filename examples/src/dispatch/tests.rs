//! Couriers and their offers, as seen from both sides.

use std::{sync::Arc, time::Duration};

use rust_svc::{Code, Context, Error, Sender, Streaming};

use super::{Dispatch, DispatchConfig, sqlite::SqliteDispatchStore};
use crate::{
    database::IN_MEMORY,
    generated::dispatch::v1::{
        AssignOrderRequest, Assignment, CancelAssignmentRequest, ConfirmRouteRequest, CourierService, DispatchService,
        GetAssignmentRequest, GetCourierStatusRequest, ListAvailableRequest, Offer, Point, RouteService,
        StreamAssignmentsRequest, StreamAssignmentsResponse, UpdateCourierStatusRequest, WatchAssignmentsRequest,
        assignment::Status,
        courier::Availability,
        stream_assignments_request::{Accept, Action, Connect, Decline, Report, report::Progress},
        stream_assignments_response::Event,
    },
    time::Clock,
};

const BERGEN: Point = Point { latitude: 60.39, longitude: 5.32 };

async fn dispatch(config: DispatchConfig) -> Dispatch {
    let store = SqliteDispatchStore::open(IN_MEMORY, Clock::default()).await.expect("opens");
    let dispatch = Dispatch::new(Arc::new(store), config, Clock::default());
    for courier_id in ["c1", "c2"] {
        set(&dispatch, courier_id, Availability::Available).await.expect("signed up");
    }
    dispatch
}

async fn set(dispatch: &Dispatch, courier_id: &str, availability: Availability) -> rust_svc::Result<()> {
    let request = UpdateCourierStatusRequest {
        courier_id: courier_id.into(),
        availability: Some(availability),
        position: Some(BERGEN),
        ..UpdateCourierStatusRequest::default()
    };
    dispatch.update_courier_status(Context::new(), request).await.map(drop)
}

async fn assign(dispatch: &Dispatch, id: &str) -> Assignment {
    let request =
        AssignOrderRequest { idempotency_key: id.into(), order_id: format!("order of {id}"), destination: BERGEN };
    dispatch.assign_order(Context::new(), request).await.expect("assigned").assignment
}

async fn get(dispatch: &Dispatch, id: &str) -> Assignment {
    let request = GetAssignmentRequest { assignment_id: id.into(), order_id: String::new() };
    dispatch.get_assignment(Context::new(), request).await.expect("there").assignment
}

async fn cancel(dispatch: &Dispatch, id: &str) -> rust_svc::Result<()> {
    let request = CancelAssignmentRequest { assignment_id: id.into() };
    dispatch.cancel_assignment(Context::new(), request).await.map(drop)
}

/// A courier's side of its connection.
struct Phone {
    requests: Sender<StreamAssignmentsRequest>,
    responses: Streaming<StreamAssignmentsResponse>,
}

impl Phone {
    /// Connects, and receives the state of the courier.
    async fn connect(dispatch: &Dispatch, courier_id: &str) -> Self {
        let mut phone = Self::pick_up(dispatch).await;
        phone.send(Action::Connect(Connect { courier_id: courier_id.into() })).await;
        let Event::Courier(courier) = phone.receive().await else { panic!("no courier first") };
        assert_eq!(courier.courier_id, courier_id);
        phone
    }

    async fn pick_up(dispatch: &Dispatch) -> Self {
        let (requests, received) = Streaming::channel(8);
        let responses = dispatch.stream_assignments(Context::new(), received).await.expect("connected");
        Self { requests, responses }
    }

    async fn send(&self, action: Action) {
        self.requests.send(StreamAssignmentsRequest { action: Some(action) }).await.expect("received");
    }

    async fn receive(&mut self) -> Event {
        self.responses.next().await.expect("no end").expect("no error").event.expect("an event")
    }

    async fn offer(&mut self) -> Offer {
        let event = self.receive().await;
        let Event::Offer(offer) = event else { panic!("{event:?}") };
        offer
    }

    async fn assignment(&mut self) -> Assignment {
        let event = self.receive().await;
        let Event::Assignment(assignment) = event else { panic!("{event:?}") };
        assignment
    }

    async fn withdrawn(&mut self) -> String {
        let event = self.receive().await;
        let Event::Withdrawn(withdrawn) = event else { panic!("{event:?}") };
        withdrawn.offer_id
    }

    async fn error(&mut self) -> Error {
        self.responses.next().await.expect("no end").expect_err("an error")
    }

    async fn accept(&self, offer: &Offer) {
        self.send(Action::Accept(Accept { offer_id: offer.offer_id.clone() })).await;
    }

    async fn report(&self, assignment_id: &str, progress: Progress) {
        self.send(Action::Report(Report { assignment_id: assignment_id.into(), progress })).await;
    }
}

#[tokio::test]
async fn an_order_is_offered_accepted_and_delivered() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut phone = Phone::connect(&dispatch, "c1").await;
    assign(&dispatch, "a1").await;
    let offer = phone.offer().await;
    assert_eq!((offer.assignment_id.as_str(), offer.order_id.as_str()), ("a1", "order of a1"));
    phone.accept(&offer).await;
    assert_eq!(phone.assignment().await.status, Some(Status::Accepted));

    let courier =
        dispatch.get_courier_status(Context::new(), GetCourierStatusRequest { courier_id: "c1".into() }).await;
    assert_eq!(courier.expect("there").courier.availability, Some(Availability::Busy));
    let request = ConfirmRouteRequest { assignment_id: "a1".into(), ..ConfirmRouteRequest::default() };
    let route = dispatch.confirm_route(Context::new(), request).await.expect("confirmed").route;
    assert_eq!(route.points, [BERGEN, BERGEN]);

    for (progress, status) in [(Progress::PickedUp, Status::PickedUp), (Progress::Delivered, Status::Delivered)] {
        phone.report("a1", progress).await;
        assert_eq!(phone.assignment().await.status, Some(status));
    }
    assign(&dispatch, "a2").await;
    assert_eq!(phone.offer().await.assignment_id, "a2");
}

#[tokio::test]
async fn a_declined_offer_goes_to_another_courier() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut first = Phone::connect(&dispatch, "c1").await;
    let mut second = Phone::connect(&dispatch, "c2").await;
    assign(&dispatch, "a1").await;
    let offer = first.offer().await;
    first.send(Action::Decline(Decline { offer_id: offer.offer_id, reason: "a flat tyre".into() })).await;
    assert_eq!(second.offer().await.assignment_id, "a1");
}

#[tokio::test]
async fn an_unanswered_offer_goes_to_another_courier() {
    let config = DispatchConfig { offer_holds: Duration::from_millis(20), ..DispatchConfig::default() };
    let dispatch = dispatch(config).await;
    let mut first = Phone::connect(&dispatch, "c1").await;
    let mut second = Phone::connect(&dispatch, "c2").await;
    assign(&dispatch, "a1").await;
    let missed = first.offer().await;
    assert_eq!(first.withdrawn().await, missed.offer_id);
    let offer = second.offer().await;
    first.accept(&missed).await;
    second.accept(&offer).await;
    assert_eq!(second.assignment().await.courier_id, "c2");
    assert_eq!(get(&dispatch, "a1").await.courier_id, "c2");
}

#[tokio::test]
async fn the_offer_of_a_disconnected_courier_goes_to_another() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut first = Phone::connect(&dispatch, "c1").await;
    let mut second = Phone::connect(&dispatch, "c2").await;
    assign(&dispatch, "a1").await;
    first.offer().await;
    drop(first);
    assert_eq!(second.offer().await.assignment_id, "a1");
}

#[tokio::test]
async fn a_reconnected_courier_keeps_its_assignment() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut phone = Phone::connect(&dispatch, "c1").await;
    assign(&dispatch, "a1").await;
    let offer = phone.offer().await;
    phone.accept(&offer).await;
    phone.assignment().await;
    let mut again = Phone::connect(&dispatch, "c1").await;
    assert_eq!(phone.error().await.code(), Code::Aborted);
    assert_eq!(again.assignment().await.assignment_id, "a1");
    again.report("a1", Progress::PickedUp).await;
    assert_eq!(again.assignment().await.status, Some(Status::PickedUp));
}

#[tokio::test]
async fn a_courier_off_duty_gets_no_offers() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut first = Phone::connect(&dispatch, "c1").await;
    let mut second = Phone::connect(&dispatch, "c2").await;
    assign(&dispatch, "a1").await;
    let offer = first.offer().await;
    set(&dispatch, "c1", Availability::OffDuty).await.expect("off duty");
    assert_eq!(first.withdrawn().await, offer.offer_id);
    assert_eq!(second.offer().await.assignment_id, "a1");
    let listed = dispatch.list_available(Context::new(), ListAvailableRequest::default()).await.expect("listed");
    let ids: Vec<_> = listed.couriers.iter().map(|courier| courier.courier_id.as_str()).collect();
    assert_eq!(ids, ["c2"]);
    let error = set(&dispatch, "c1", Availability::Busy).await.expect_err("refused");
    assert_eq!(error.violations()[0].field, "availability");
}

#[tokio::test]
async fn cancelling_notifies_the_courier_until_it_has_picked_up() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut phone = Phone::connect(&dispatch, "c1").await;
    assign(&dispatch, "a1").await;
    let offer = phone.offer().await;
    cancel(&dispatch, "a1").await.expect("cancelled");
    assert_eq!(phone.withdrawn().await, offer.offer_id);

    assign(&dispatch, "a2").await;
    let offer = phone.offer().await;
    phone.accept(&offer).await;
    phone.assignment().await;
    cancel(&dispatch, "a2").await.expect("cancelled");
    assert_eq!(phone.assignment().await.status, Some(Status::Cancelled));

    assign(&dispatch, "a3").await;
    let offer = phone.offer().await;
    phone.accept(&offer).await;
    phone.assignment().await;
    phone.report("a3", Progress::PickedUp).await;
    phone.assignment().await;
    assert_eq!(cancel(&dispatch, "a3").await.expect_err("too late").code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn an_order_that_no_courier_accepts_fails() {
    let config = DispatchConfig { search_for: Duration::ZERO, ..DispatchConfig::default() };
    let dispatch = dispatch(config).await;
    assign(&dispatch, "a1").await;
    dispatch.match_couriers().await;
    assert_eq!(get(&dispatch, "a1").await.status, Some(Status::Failed));
}

#[tokio::test]
async fn a_stream_without_connect_fails() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let mut phone = Phone::pick_up(&dispatch).await;
    phone.send(Action::Accept(Accept::default())).await;
    assert_eq!(phone.error().await.code(), Code::InvalidArgument);
    let mut phone = Phone::pick_up(&dispatch).await;
    phone.send(Action::Connect(Connect { courier_id: "nobody".into() })).await;
    assert_eq!(phone.error().await.code(), Code::NotFound);
    let mut phone = Phone::connect(&dispatch, "c1").await;
    phone.report("a9", Progress::PickedUp).await;
    assert_eq!(phone.error().await.code(), Code::NotFound);
}

#[tokio::test]
async fn a_repeated_update_withdraws_no_offer() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let off_duty = UpdateCourierStatusRequest {
        idempotency_key: "k".into(),
        courier_id: "c1".into(),
        availability: Some(Availability::OffDuty),
        ..UpdateCourierStatusRequest::default()
    };
    dispatch.update_courier_status(Context::new(), off_duty.clone()).await.expect("off duty");
    set(&dispatch, "c1", Availability::Available).await.expect("on duty");
    let mut phone = Phone::connect(&dispatch, "c1").await;
    assign(&dispatch, "a1").await;
    let offer = phone.offer().await;
    dispatch.update_courier_status(Context::new(), off_duty).await.expect("seen");
    phone.accept(&offer).await;
    assert_eq!(phone.assignment().await.status, Some(Status::Accepted));
}

#[tokio::test]
async fn a_watcher_receives_each_changed_assignment() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    assign(&dispatch, "a1").await;
    let request = WatchAssignmentsRequest { position: 0 };
    let mut changes = dispatch.watch_assignments(Context::new(), request).await.expect("watched");
    let mut next = async || changes.next().await.expect("no end").expect("no error");
    let first = next().await;
    assert_eq!((first.assignment.assignment_id.as_str(), first.assignment.status), ("a1", Some(Status::Searching)));
    cancel(&dispatch, "a1").await.expect("cancelled");
    let second = next().await;
    assert_eq!(second.assignment.status, Some(Status::Cancelled));
    assert!(second.position > first.position);
}

#[tokio::test]
async fn the_stream_of_a_courier_ends_when_the_server_stops() {
    let dispatch = dispatch(DispatchConfig::default()).await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let (_requests, received) = Streaming::channel(8);
    let cx = Context::new().with_stopping(stopping);
    let mut responses = dispatch.stream_assignments(cx, received).await.expect("connected");
    stop.send_replace(true);
    assert_eq!(responses.next().await.expect("no end").expect_err("stopped").code(), Code::Unavailable);
}
