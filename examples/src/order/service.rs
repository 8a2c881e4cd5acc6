//! The order service on its store and the services that it uses.

use std::sync::Arc;

use rust_svc::{Context, Error, Result, Streaming, async_trait};
use tokio::sync::Semaphore;

use super::{
    draft,
    page::Page,
    status,
    store::{OrderStore, StoredOrder},
};
use crate::{
    generated::{
        dispatch::v1::DispatchService,
        inventory::v1::InventoryService,
        order::v1::{
            CancelOrderRequest, CancelOrderResponse, CreateOrderRequest, CreateOrderResponse, GetOrderRequest,
            GetOrderResponse, ListOrdersRequest, ListOrdersResponse, OrderService, StreamOrderUpdatesRequest,
            StreamOrderUpdatesResponse, UpdateOrderRequest, UpdateOrderResponse, UploadOrderItemsRequest,
            UploadOrderItemsResponse,
        },
    },
    lists::log_stream::{self, LogPage},
    time::Clock,
};

/// The order service. Clones share its state.
#[derive(Clone)]
pub struct Orders {
    pub(super) store: Arc<dyn OrderStore>,
    pub(super) inventory: Arc<dyn InventoryService>,
    pub(super) dispatch: Arc<dyn DispatchService>,
    pub(super) clock: Clock,
    /// Bounds the orders that wait for the inventory, so that one that hangs holds up no other step.
    pub(super) reserving: Arc<Semaphore>,
}

/// The number of orders that may wait for the inventory at the same time.
const RESERVING: usize = 24;

impl Orders {
    /// Creates the service.
    pub fn new(
        store: Arc<dyn OrderStore>,
        inventory: Arc<dyn InventoryService>,
        dispatch: Arc<dyn DispatchService>,
        clock: Clock,
    ) -> Self {
        Self { store, inventory, dispatch, clock, reserving: Arc::new(Semaphore::new(RESERVING)) }
    }
}

#[async_trait]
impl OrderService for Orders {
    async fn create_order(&self, cx: Context, request: CreateOrderRequest) -> Result<CreateOrderResponse> {
        let (key, draft) = draft::of_request(request)?;
        let order = to_the_end(self.clone().place(cx, key, draft)).await?;
        Ok(CreateOrderResponse { order })
    }

    async fn get_order(&self, _: Context, request: GetOrderRequest) -> Result<GetOrderResponse> {
        let order = self.store.order(&request.order_id).await?.order;
        Ok(GetOrderResponse { order })
    }

    async fn list_orders(&self, _: Context, request: ListOrdersRequest) -> Result<ListOrdersResponse> {
        let page = Page::asked_for(request, &self.store.secret().await?)?;
        let listed = self.store.list(page.filter()).await?;
        Ok(page.response(listed))
    }

    async fn update_order(&self, _: Context, request: UpdateOrderRequest) -> Result<UpdateOrderResponse> {
        let order = self.update(request).await?;
        Ok(UpdateOrderResponse { order })
    }

    async fn cancel_order(&self, cx: Context, request: CancelOrderRequest) -> Result<CancelOrderResponse> {
        let order = to_the_end(self.clone().cancel(cx, request)).await?;
        Ok(CancelOrderResponse { order })
    }

    async fn stream_order_updates(
        &self,
        cx: Context,
        request: StreamOrderUpdatesRequest,
    ) -> Result<Streaming<StreamOrderUpdatesResponse>> {
        let changes = self.store.changed();
        let now = self.store.order(&request.order_id).await?;
        let (store, id) = (self.store.clone(), request.order_id);
        let steps =
            log_stream::follow(cx, changes, now.revision - 1, move |after| read_log(store.clone(), id.clone(), after));
        Ok(steps.map(update))
    }

    async fn upload_order_items(
        &self,
        cx: Context,
        parts: Streaming<UploadOrderItemsRequest>,
    ) -> Result<UploadOrderItemsResponse> {
        let (key, draft, rejected_items) = draft::of_upload(parts).await?;
        let item_count = i32::try_from(draft.items.len()).unwrap_or(i32::MAX);
        let order = to_the_end(self.clone().place(cx, key, draft)).await?;
        Ok(UploadOrderItemsResponse { order, item_count, rejected_items })
    }
}

fn update(step: StoredOrder) -> StreamOrderUpdatesResponse {
    StreamOrderUpdatesResponse {
        change_time: step.order.update_time.unwrap_or_default(),
        previous_status: step.previous_status,
        order: step.order,
    }
}

/// Completes the work even if the caller is dropped, because other services are involved.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.map_err(Error::internal)?
}

async fn read_log(store: Arc<dyn OrderStore>, order_id: String, after: i64) -> Result<LogPage<StoredOrder, i64>> {
    let entries = store.history(&order_id, after).await?;
    let last = entries.last().map_or(after, |entry| entry.revision);
    let is_over = entries.last().is_some_and(|entry| status::is_over(entry.status));
    Ok(LogPage { entries, next: (!is_over).then_some(last) })
}
