//! The tracking service on the services that it combines.

use std::{sync::Arc, time::Duration};

use rust_svc::{Code, Context, Error, Result, async_trait};

use crate::generated::{
    dispatch::v1::{
        Assignment, Courier, CourierService, DispatchService, GetAssignmentRequest, GetCourierStatusRequest,
    },
    order::v1::{
        GetOrderRequest, GetTrackingRequest, GetTrackingResponse, OrderService, TrackingService,
        get_tracking_response::{Missing, Part},
    },
};

/// The timeout of optional parts, so that they do not delay the order.
const TIMEOUT: Duration = Duration::from_millis(500);

/// The tracking service.
#[derive(Clone)]
pub struct Tracking {
    /// Provides the order.
    pub orders: Arc<dyn OrderService>,
    /// Provides the assignment and the route.
    pub dispatch: Arc<dyn DispatchService>,
    /// Provides the courier.
    pub couriers: Arc<dyn CourierService>,
}

#[async_trait]
impl TrackingService for Tracking {
    async fn get_tracking(&self, cx: Context, request: GetTrackingRequest) -> Result<GetTrackingResponse> {
        let GetTrackingRequest { order_id } = request;
        let asked = GetOrderRequest { order_id: order_id.clone() };
        let (order, assignment) =
            tokio::join!(self.orders.get_order(cx.child(), asked), self.assignment(&cx, order_id));
        let tracked = GetTrackingResponse { order: order?.order, ..GetTrackingResponse::default() };
        Ok(match assignment {
            Ok(Some(assignment)) => self.with_courier(&cx, tracked, assignment).await,
            Ok(None) => tracked,
            Err(error) => without(without(tracked, Part::Courier, &error), Part::Route, &error),
        })
    }
}

impl Tracking {
    /// Returns `None` if dispatch has no assignment of the order.
    async fn assignment(&self, cx: &Context, order_id: String) -> Result<Option<Assignment>> {
        let request = GetAssignmentRequest { assignment_id: String::new(), order_id };
        match self.dispatch.get_assignment(cx.child().with_timeout(TIMEOUT), request).await {
            Ok(found) => Ok(Some(found.assignment)),
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn with_courier(
        &self,
        cx: &Context,
        tracked: GetTrackingResponse,
        assignment: Assignment,
    ) -> GetTrackingResponse {
        let tracked = GetTrackingResponse { route: assignment.route, ..tracked };
        if assignment.courier_id.is_empty() {
            return tracked;
        }
        match self.courier(cx, assignment.courier_id).await {
            Ok(courier) => GetTrackingResponse { courier: Some(courier), ..tracked },
            Err(error) => without(tracked, Part::Courier, &error),
        }
    }

    async fn courier(&self, cx: &Context, courier_id: String) -> Result<Courier> {
        let cx = cx.child().with_timeout(TIMEOUT);
        Ok(self.couriers.get_courier_status(cx, GetCourierStatusRequest { courier_id }).await?.courier)
    }
}

fn without(mut tracked: GetTrackingResponse, part: Part, error: &Error) -> GetTrackingResponse {
    // Errors name services and addresses, which are not for customers.
    tracing::warn!(?part, %error, "a part of the tracking is missing");
    tracked.missing.push(Missing { part: Some(part), reason: "not available at the moment".to_owned() });
    tracked
}
