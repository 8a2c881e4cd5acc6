//! The route service.

use rust_svc::{Context, Result, Violations, async_trait};

use super::{geography, service::Dispatch, store::DispatchStoreError};
use crate::{
    generated::dispatch::v1::{
        Assignment, ConfirmRouteRequest, ConfirmRouteResponse, Point, RouteService, assignment::Status,
    },
    validation,
};

const MAX_STOPS: usize = 50;

#[async_trait]
impl RouteService for Dispatch {
    async fn confirm_route(&self, _: Context, request: ConfirmRouteRequest) -> Result<ConfirmRouteResponse> {
        check(&request)?;
        let assignment = self.store.assignment(&request.assignment_id).await?;
        let points = self.route_points(assignment, request.stops).await?;
        let route = geography::route(points);
        let route = self.store.confirm_route(&request.assignment_id, &request.idempotency_key, route).await?;
        Ok(ConfirmRouteResponse { route })
    }
}

impl Dispatch {
    /// The position of the courier, if known, the stops and the destination.
    async fn route_points(&self, assignment: Assignment, stops: Vec<Point>) -> Result<Vec<Point>> {
        if assignment.courier_id.is_empty() {
            return Err(DispatchStoreError::WrongStatus(assignment.status.unwrap_or(Status::Searching)).into());
        }
        let start = self.store.courier(&assignment.courier_id).await?.position;
        Ok(start.into_iter().chain(stops).chain(assignment.destination).collect())
    }
}

fn check(request: &ConfirmRouteRequest) -> Result<()> {
    let mut violations = Violations::default();
    validation::check_length(&mut violations, "idempotency_key", &request.idempotency_key, validation::MAX_ID);
    if request.stops.len() > MAX_STOPS {
        violations.add("stops", format!("must be no more than {MAX_STOPS}"));
    }
    for (index, stop) in request.stops.iter().enumerate() {
        validation::check_place(&mut violations, &format!("stops[{index}]."), stop.latitude, stop.longitude);
    }
    validation::into_result(violations)
}
