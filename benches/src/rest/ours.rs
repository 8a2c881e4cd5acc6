//! The API by the generated gateway.

use std::sync::Arc;

use axum::Router;
use rust_svc::{Client, Context, Streaming, Timestamp, adapter::Routes, async_trait, gateway::GatewayRoutes};

use super::{
    generated::orders::bench::gateway::v1::{
        Address, CreateOrderRequest, GetOrderRequest, Item, ListOrdersRequest, ListOrdersResponse, Order, OrderService,
        OrderServiceClient, Status, WatchOrdersRequest, order_service_adapter, order_service_gateway,
    },
    requests::ITEMS,
};
use crate::error::Result;

struct Orders;

#[async_trait]
impl OrderService for Orders {
    async fn get_order(&self, _: Context, request: GetOrderRequest) -> rust_svc::Result<Order> {
        Ok(order(request.order_id))
    }

    async fn create_order(&self, _: Context, request: CreateOrderRequest) -> rust_svc::Result<Order> {
        Ok(Order { order_id: request.request_id, ..request.order.unwrap_or_default() })
    }

    async fn list_orders(&self, _: Context, request: ListOrdersRequest) -> rust_svc::Result<ListOrdersResponse> {
        let orders = (0..request.page_size).map(|_| order("order-2041".to_owned())).collect();
        Ok(ListOrdersResponse { orders, next_page_token: String::new() })
    }

    async fn watch_orders(&self, _: Context, request: WatchOrdersRequest) -> rust_svc::Result<Streaming<Order>> {
        Ok(Streaming::from_messages((0..request.count).map(|_| order("order-2041".to_owned()))))
    }
}

/// An order of 2 kB of JSON.
pub(super) fn order(order_id: String) -> Order {
    let item = Item {
        product_id: "product-7781".to_owned(),
        quantity: 12,
        price_cents: 129_900,
        weight: 2.35,
        gift: true,
        note: "please ring twice, the bell is quiet".to_owned(),
    };
    let address = Address {
        street: "12 Harbour Street".to_owned(),
        city: "Bergen".to_owned(),
        postal_code: "5003".to_owned(),
        country: "NO".to_owned(),
    };
    Order {
        order_id,
        customer_id: "customer-118".to_owned(),
        status: Some(Status::Packing),
        create_time: Timestamp::new(1_768_472_430, 250_000_000),
        items: vec![item; ITEMS],
        address: Some(address),
        labels: [("channel".to_owned(), "web".to_owned()), ("campaign".to_owned(), "winter".to_owned())].into(),
    }
}

/// The gateway on the service itself.
pub(super) fn local() -> Result<Router> {
    router(Arc::new(Orders))
}

/// The gateway on a client of the service.
pub(super) fn remote(client: Client) -> Result<Router> {
    router(Arc::new(OrderServiceClient(client)))
}

/// The adapter on the service.
pub(super) fn adapter() -> Routes {
    Routes::from(order_service_adapter(Arc::new(Orders)))
}

fn router(service: Arc<impl OrderService>) -> Result<Router> {
    Ok(GatewayRoutes::from(order_service_gateway(service)).try_into_router()?)
}
