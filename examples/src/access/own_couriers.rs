//! Couriers act only as themselves.

use std::future::ready;

use futures::TryStreamExt;
use rust_svc::{Context, Error, Result, Streaming, async_trait};

use super::{Caller, OwnOnly, Role};
use crate::generated::dispatch::v1::{
    AssignOrderRequest, AssignOrderResponse, CancelAssignmentRequest, CancelAssignmentResponse, ConfirmRouteRequest,
    ConfirmRouteResponse, CourierService, DispatchService, GetAssignmentRequest, GetAssignmentResponse,
    GetCourierStatusRequest, GetCourierStatusResponse, ListAvailableRequest, ListAvailableResponse, ListZonesRequest,
    ListZonesResponse, RouteService, StreamAssignmentsRequest, StreamAssignmentsResponse, UpdateCourierStatusRequest,
    UpdateCourierStatusResponse, WatchAssignmentsRequest, WatchAssignmentsResponse, stream_assignments_request::Action,
};

#[async_trait]
impl<S: DispatchService> DispatchService for OwnOnly<S> {
    async fn assign_order(&self, cx: Context, request: AssignOrderRequest) -> Result<AssignOrderResponse> {
        self.0.assign_order(cx, request).await
    }

    async fn get_assignment(&self, cx: Context, request: GetAssignmentRequest) -> Result<GetAssignmentResponse> {
        self.0.get_assignment(cx, request).await
    }

    async fn cancel_assignment(
        &self,
        cx: Context,
        request: CancelAssignmentRequest,
    ) -> Result<CancelAssignmentResponse> {
        self.0.cancel_assignment(cx, request).await
    }

    async fn watch_assignments(
        &self,
        cx: Context,
        request: WatchAssignmentsRequest,
    ) -> Result<Streaming<WatchAssignmentsResponse>> {
        self.0.watch_assignments(cx, request).await
    }

    async fn stream_assignments(
        &self,
        cx: Context,
        requests: Streaming<StreamAssignmentsRequest>,
    ) -> Result<Streaming<StreamAssignmentsResponse>> {
        let caller = cx.clone();
        let checked = requests.and_then(move |request| {
            ready(match &request.action {
                Some(Action::Connect(connect)) => check_courier(&caller, &connect.courier_id).map(|()| request),
                _ => Ok(request),
            })
        });
        self.0.stream_assignments(cx, Streaming::new(checked)).await
    }
}

#[async_trait]
impl<S: CourierService> CourierService for OwnOnly<S> {
    async fn get_courier_status(
        &self,
        cx: Context,
        request: GetCourierStatusRequest,
    ) -> Result<GetCourierStatusResponse> {
        check_courier(&cx, &request.courier_id)?;
        self.0.get_courier_status(cx, request).await
    }

    async fn update_courier_status(
        &self,
        cx: Context,
        request: UpdateCourierStatusRequest,
    ) -> Result<UpdateCourierStatusResponse> {
        check_courier(&cx, &request.courier_id)?;
        self.0.update_courier_status(cx, request).await
    }

    async fn list_available(&self, cx: Context, request: ListAvailableRequest) -> Result<ListAvailableResponse> {
        self.0.list_available(cx, request).await
    }

    async fn list_zones(&self, cx: Context, request: ListZonesRequest) -> Result<ListZonesResponse> {
        self.0.list_zones(cx, request).await
    }
}

#[async_trait]
impl<S: RouteService + DispatchService> RouteService for OwnOnly<S> {
    async fn confirm_route(&self, cx: Context, request: ConfirmRouteRequest) -> Result<ConfirmRouteResponse> {
        let asked = GetAssignmentRequest { assignment_id: request.assignment_id.clone(), order_id: String::new() };
        let assignment = self.0.get_assignment(cx.child(), asked).await?.assignment;
        check_courier(&cx, &assignment.courier_id)?;
        self.0.confirm_route(cx, request).await
    }
}

fn check_courier(cx: &Context, courier_id: &str) -> Result<()> {
    let caller = Caller::of(cx)?;
    if caller.role == Role::Courier && caller.name != courier_id {
        return Err(Error::permission_denied("a courier acts only as itself"));
    }
    Ok(())
}
