//! The tracking service with fakes.

use std::sync::Arc;

use rust_svc::{Code, Context, Error, Result};

use super::Tracking;
use crate::generated::{
    dispatch::v1::{
        Assignment, Courier, CourierServiceFake, DispatchServiceFake, GetAssignmentResponse, GetCourierStatusResponse,
        Route,
    },
    order::v1::{
        GetOrderResponse, GetTrackingRequest, GetTrackingResponse, Order, OrderServiceFake, TrackingService,
        get_tracking_response::Part,
    },
};

#[derive(Default)]
struct Services {
    orders: OrderServiceFake,
    dispatch: DispatchServiceFake,
    couriers: CourierServiceFake,
}

impl Services {
    fn with_order() -> Self {
        let services = Self::default();
        let order = Order { order_id: "o1".into(), ..Order::default() };
        services.orders.get_order.always(GetOrderResponse { order });
        services
    }

    fn with_assignment(self) -> Self {
        let route = Some(Route { distance_meters: 900, ..Route::default() });
        let assignment = Assignment { courier_id: "c1".into(), route, ..Assignment::default() };
        self.dispatch.get_assignment.always(GetAssignmentResponse { assignment });
        self
    }

    async fn track(&self) -> Result<GetTrackingResponse> {
        let tracking = Tracking {
            orders: Arc::new(self.orders.clone()),
            dispatch: Arc::new(self.dispatch.clone()),
            couriers: Arc::new(self.couriers.clone()),
        };
        tracking.get_tracking(Context::new(), GetTrackingRequest { order_id: "o1".into() }).await
    }
}

fn missing(tracked: &GetTrackingResponse) -> Vec<Option<Part>> {
    tracked.missing.iter().map(|it| it.part).collect()
}

#[tokio::test]
async fn joins_order_courier_and_route() {
    let services = Services::with_order().with_assignment();
    let courier = Courier { courier_id: "c1".into(), ..Courier::default() };
    services.couriers.get_courier_status.always(GetCourierStatusResponse { courier: courier.clone() });
    let tracked = services.track().await.expect("tracked");
    assert_eq!((tracked.order.order_id.as_str(), &tracked.courier), ("o1", &Some(courier)));
    assert_eq!(tracked.route.clone().map(|route| route.distance_meters), Some(900));
    assert!(tracked.missing.is_empty());
}

#[tokio::test]
async fn responds_partially_when_dispatch_is_down() {
    let services = Services::with_order();
    services.dispatch.get_assignment.always_fails(Error::unavailable("dispatch is down"));
    let tracked = services.track().await.expect("tracked");
    assert_eq!(tracked.order.order_id, "o1");
    assert_eq!(missing(&tracked), [Some(Part::Courier), Some(Part::Route)]);
    assert_eq!(tracked.missing[0].reason, "not available at the moment", "no internal name");
}

#[tokio::test(start_paused = true)]
async fn responds_partially_when_a_part_times_out() {
    let services = Services::with_order().with_assignment();
    services.couriers.get_courier_status.hangs();
    let tracked = services.track().await.expect("tracked");
    assert_eq!(missing(&tracked), [Some(Part::Courier)]);
    assert!(tracked.route.is_some());
}

#[tokio::test]
async fn an_order_without_a_courier_is_complete() {
    let services = Services::with_order();
    services.dispatch.get_assignment.fails(Error::not_found("no"));
    services.dispatch.get_assignment.returns(GetAssignmentResponse::default());
    for _ in 0..2 {
        let tracked = services.track().await.expect("tracked");
        assert_eq!((tracked.courier, tracked.route, tracked.missing), (None, None, Vec::new()));
    }
    services.couriers.get_courier_status.called(0);
}

#[tokio::test]
async fn fails_without_the_order() {
    let services = Services::default().with_assignment();
    services.orders.get_order.fails(Error::not_found("there is no such order"));
    assert_eq!(services.track().await.expect_err("nothing").code(), Code::NotFound);
}
