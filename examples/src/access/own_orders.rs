//! Customers see only their own orders.

use std::future::ready;

use futures::TryStreamExt;
use rust_svc::{Context, Error, Result, Streaming, async_trait};

use super::{Caller, OwnOnly};
use crate::{
    generated::order::v1::{
        CancelOrderRequest, CancelOrderResponse, CreateOrderRequest, CreateOrderResponse, GetOrderRequest,
        GetOrderResponse, ListOrdersRequest, ListOrdersResponse, OrderService, StreamOrderUpdatesRequest,
        StreamOrderUpdatesResponse, UpdateOrderRequest, UpdateOrderResponse, UploadOrderItemsRequest,
        UploadOrderItemsResponse, upload_order_items_request::Part,
    },
    order::unknown_order,
};

#[async_trait]
impl<S: OrderService> OrderService for OwnOnly<S> {
    async fn create_order(&self, cx: Context, request: CreateOrderRequest) -> Result<CreateOrderResponse> {
        check_customer(&cx, &request.customer_id)?;
        self.0.create_order(cx, request).await
    }

    async fn get_order(&self, cx: Context, request: GetOrderRequest) -> Result<GetOrderResponse> {
        let customer = Caller::of(&cx)?.customer().map(str::to_owned);
        let order_id = request.order_id.clone();
        let response = self.0.get_order(cx, request).await?;
        let is_own = customer.is_none_or(|customer| customer == response.order.customer_id);
        // The error tells no more than that of an unknown order.
        if is_own { Ok(response) } else { Err(unknown_order(&order_id)) }
    }

    async fn list_orders(&self, cx: Context, mut request: ListOrdersRequest) -> Result<ListOrdersResponse> {
        if let Some(customer) = Caller::of(&cx)?.customer()
            && request.customer_id.is_empty()
        {
            request.customer_id = customer.to_owned();
        }
        check_customer(&cx, &request.customer_id)?;
        self.0.list_orders(cx, request).await
    }

    async fn update_order(&self, cx: Context, request: UpdateOrderRequest) -> Result<UpdateOrderResponse> {
        self.check_order(&cx, &request.order.order_id).await?;
        self.0.update_order(cx, request).await
    }

    async fn cancel_order(&self, cx: Context, request: CancelOrderRequest) -> Result<CancelOrderResponse> {
        self.check_order(&cx, &request.order_id).await?;
        self.0.cancel_order(cx, request).await
    }

    async fn stream_order_updates(
        &self,
        cx: Context,
        request: StreamOrderUpdatesRequest,
    ) -> Result<Streaming<StreamOrderUpdatesResponse>> {
        self.check_order(&cx, &request.order_id).await?;
        self.0.stream_order_updates(cx, request).await
    }

    async fn upload_order_items(
        &self,
        cx: Context,
        parts: Streaming<UploadOrderItemsRequest>,
    ) -> Result<UploadOrderItemsResponse> {
        let caller = cx.clone();
        let checked = parts.and_then(move |part| {
            ready(match &part.part {
                Some(Part::Header(header)) => check_customer(&caller, &header.customer_id).map(|()| part),
                _ => Ok(part),
            })
        });
        self.0.upload_order_items(cx, Streaming::new(checked)).await
    }
}

impl<S: OrderService> OwnOnly<S> {
    /// Checks the owner of an order, if a customer calls.
    async fn check_order(&self, cx: &Context, order_id: &str) -> Result<()> {
        if Caller::of(cx)?.customer().is_none() {
            return Ok(());
        }
        self.get_order(cx.child(), GetOrderRequest { order_id: order_id.to_owned() }).await.map(drop)
    }
}

fn check_customer(cx: &Context, customer_id: &str) -> Result<()> {
    match Caller::of(cx)?.customer() {
        Some(customer) if customer != customer_id => {
            Err(Error::permission_denied("a customer orders for itself: `customer_id` is another customer"))
        }
        _ => Ok(()),
    }
}
