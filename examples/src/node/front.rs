//! What the gateway adds to the services for its callers.

use std::sync::Arc;

use rust_svc::{
    Context, Result, Streaming, async_trait,
    client::{ClientBuilder, Fallback},
    gateway::GatewaySettings,
};

use crate::generated::{
    inventory::v1::{
        CheckStockRequest, CheckStockResponse, InventoryService, ReleaseReservationRequest, ReleaseReservationResponse,
        ReserveItemsRequest, ReserveItemsResponse, UploadTelemetryRequest, UploadTelemetryResponse,
        WatchStockLevelsRequest, WatchStockLevelsResponse, inventory_service,
    },
    order::v1::{
        CancelOrderRequest, CancelOrderResponse, CreateOrderRequest, CreateOrderResponse, GetOrderRequest,
        GetOrderResponse, ListOrdersRequest, ListOrdersResponse, OrderService, StreamOrderUpdatesRequest,
        StreamOrderUpdatesResponse, UpdateOrderRequest, UpdateOrderResponse, UploadOrderItemsRequest,
        UploadOrderItemsResponse,
    },
};

/// The header of an idempotency key, for callers that have none in their request.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header of the version of a client, which access logs show.
pub(super) const CLIENT_VERSION: &str = "client-version";

/// Wraps a service for the gateway.
pub(super) struct Front<S>(pub(super) Arc<S>);

/// Keeps the last stock of each product, for the time in which the inventory does not respond.
pub fn with_last_stock(client: ClientBuilder) -> ClientBuilder {
    client.fallback(&inventory_service::CHECK_STOCK, Fallback::<CheckStockResponse>::last_value())
}

/// The headers that reach the services as metadata.
pub(super) fn settings() -> GatewaySettings {
    let mut settings = GatewaySettings::default();
    settings.request_headers = [IDEMPOTENCY_KEY, CLIENT_VERSION].into();
    settings
}

/// The key of a request, or else that of the header.
fn key(cx: &Context, key: String) -> String {
    if key.is_empty() { cx.metadata().get(IDEMPOTENCY_KEY).unwrap_or_default().to_owned() } else { key }
}

#[async_trait]
impl<S: InventoryService> InventoryService for Front<S> {
    async fn check_stock(&self, cx: Context, request: CheckStockRequest) -> Result<CheckStockResponse> {
        let response = self.0.check_stock(cx.clone(), request).await?;
        Ok(CheckStockResponse { cached: cx.fallback().is_some(), ..response })
    }

    async fn reserve_items(&self, cx: Context, request: ReserveItemsRequest) -> Result<ReserveItemsResponse> {
        self.0.reserve_items(cx, request).await
    }

    async fn release_reservation(
        &self,
        cx: Context,
        request: ReleaseReservationRequest,
    ) -> Result<ReleaseReservationResponse> {
        self.0.release_reservation(cx, request).await
    }

    async fn watch_stock_levels(
        &self,
        cx: Context,
        request: WatchStockLevelsRequest,
    ) -> Result<Streaming<WatchStockLevelsResponse>> {
        self.0.watch_stock_levels(cx, request).await
    }

    async fn upload_telemetry(
        &self,
        cx: Context,
        readings: Streaming<UploadTelemetryRequest>,
    ) -> Result<UploadTelemetryResponse> {
        self.0.upload_telemetry(cx, readings).await
    }
}

#[async_trait]
impl<S: OrderService> OrderService for Front<S> {
    async fn create_order(&self, cx: Context, request: CreateOrderRequest) -> Result<CreateOrderResponse> {
        let idempotency_key = key(&cx, request.idempotency_key);
        self.0.create_order(cx, CreateOrderRequest { idempotency_key, ..request }).await
    }

    async fn get_order(&self, cx: Context, request: GetOrderRequest) -> Result<GetOrderResponse> {
        self.0.get_order(cx, request).await
    }

    async fn list_orders(&self, cx: Context, request: ListOrdersRequest) -> Result<ListOrdersResponse> {
        self.0.list_orders(cx, request).await
    }

    async fn update_order(&self, cx: Context, request: UpdateOrderRequest) -> Result<UpdateOrderResponse> {
        let idempotency_key = key(&cx, request.idempotency_key);
        self.0.update_order(cx, UpdateOrderRequest { idempotency_key, ..request }).await
    }

    async fn cancel_order(&self, cx: Context, request: CancelOrderRequest) -> Result<CancelOrderResponse> {
        self.0.cancel_order(cx, request).await
    }

    async fn stream_order_updates(
        &self,
        cx: Context,
        request: StreamOrderUpdatesRequest,
    ) -> Result<Streaming<StreamOrderUpdatesResponse>> {
        self.0.stream_order_updates(cx, request).await
    }

    async fn upload_order_items(
        &self,
        cx: Context,
        parts: Streaming<UploadOrderItemsRequest>,
    ) -> Result<UploadOrderItemsResponse> {
        self.0.upload_order_items(cx, parts).await
    }
}
