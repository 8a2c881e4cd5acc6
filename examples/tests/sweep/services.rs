//! Inventory and dispatch as the order service calls them, with faults.

use std::sync::Arc;

use examples::generated::{
    dispatch::v1::{
        AssignOrderRequest, AssignOrderResponse, Assignment, CancelAssignmentRequest, CancelAssignmentResponse,
        DispatchService, GetAssignmentRequest, GetAssignmentResponse, StreamAssignmentsRequest,
        StreamAssignmentsResponse, WatchAssignmentsRequest, WatchAssignmentsResponse, assignment::Status,
    },
    inventory::v1::{
        CheckStockRequest, CheckStockResponse, InventoryService, ReleaseReservationRequest, ReleaseReservationResponse,
        ReserveItemsRequest, ReserveItemsResponse, UploadTelemetryRequest, UploadTelemetryResponse,
        WatchStockLevelsRequest, WatchStockLevelsResponse, release_reservation_request::Outcome,
    },
};
use rust_svc::{Context, Error, Result, Streaming, async_trait};

use crate::faults::{Defect, Faults, lost};

pub(crate) struct FaultyInventory<S> {
    pub(crate) real: Arc<S>,
    pub(crate) faults: Faults,
}

#[async_trait]
impl<S: InventoryService> InventoryService for FaultyInventory<S> {
    async fn reserve_items(&self, cx: Context, mut request: ReserveItemsRequest) -> Result<ReserveItemsResponse> {
        if self.faults.has(Defect::ReservesTwice) {
            request.idempotency_key = String::new();
        }
        let real = self.real.clone();
        let call = async move { real.reserve_items(cx.detached(), request).await };
        self.faults.call("reserve", call, lost).await
    }

    async fn release_reservation(
        &self,
        cx: Context,
        request: ReleaseReservationRequest,
    ) -> Result<ReleaseReservationResponse> {
        let forgotten = match request.outcome {
            Some(Outcome::Shipped) => Defect::ForgetsToShip,
            _ => Defect::ForgetsToReturn,
        };
        if self.faults.has(forgotten) {
            return Ok(ReleaseReservationResponse::default());
        }
        let real = self.real.clone();
        let call = async move { real.release_reservation(cx.detached(), request).await };
        self.faults.call("release", call, lost).await
    }

    async fn check_stock(&self, _: Context, _: CheckStockRequest) -> Result<CheckStockResponse> {
        Err(Error::unimplemented("CheckStock"))
    }

    async fn watch_stock_levels(
        &self,
        _: Context,
        _: WatchStockLevelsRequest,
    ) -> Result<Streaming<WatchStockLevelsResponse>> {
        Err(Error::unimplemented("WatchStockLevels"))
    }

    async fn upload_telemetry(
        &self,
        _: Context,
        _: Streaming<UploadTelemetryRequest>,
    ) -> Result<UploadTelemetryResponse> {
        Err(Error::unimplemented("UploadTelemetry"))
    }
}

pub(crate) struct FaultyDispatch<S> {
    pub(crate) real: Arc<S>,
    pub(crate) faults: Faults,
}

#[async_trait]
impl<S: DispatchService> DispatchService for FaultyDispatch<S> {
    async fn assign_order(&self, cx: Context, request: AssignOrderRequest) -> Result<AssignOrderResponse> {
        let real = self.real.clone();
        self.faults.call("assign", async move { real.assign_order(cx.detached(), request).await }, lost).await
    }

    async fn get_assignment(&self, cx: Context, request: GetAssignmentRequest) -> Result<GetAssignmentResponse> {
        let real = self.real.clone();
        self.faults.call("get", async move { real.get_assignment(cx.detached(), request).await }, lost).await
    }

    async fn cancel_assignment(
        &self,
        cx: Context,
        request: CancelAssignmentRequest,
    ) -> Result<CancelAssignmentResponse> {
        if self.faults.has(Defect::UndoesWithoutDispatch) {
            let assignment = Assignment { status: Some(Status::Cancelled), ..Assignment::default() };
            return Ok(CancelAssignmentResponse { assignment });
        }
        let real = self.real.clone();
        self.faults.call("cancel", async move { real.cancel_assignment(cx.detached(), request).await }, lost).await
    }

    async fn watch_assignments(
        &self,
        _: Context,
        _: WatchAssignmentsRequest,
    ) -> Result<Streaming<WatchAssignmentsResponse>> {
        Err(Error::unimplemented("WatchAssignments"))
    }

    async fn stream_assignments(
        &self,
        _: Context,
        _: Streaming<StreamAssignmentsRequest>,
    ) -> Result<Streaming<StreamAssignmentsResponse>> {
        Err(Error::unimplemented("StreamAssignments"))
    }
}
