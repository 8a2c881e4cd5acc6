//! The API of `orders.proto` by rest_over_grpc, on one thread as ours. It prints its port.

use std::error::Error;

use axum::{Router, serve::ListenerExt};
use futures::stream;
use orders::{
    Address, CreateOrderRequest, GetOrderRequest, Item, ListOrdersRequest, ListOrdersResponse, Order, OrderService,
    Status, WatchOrdersRequest,
};
use rest_over_grpc::{
    handling::{self, Context, ResponseStream},
    serving::RestService,
};
use tokio::net::TcpListener;

/// Messages, their JSON, and the trait of the service.
mod orders {
    include!(concat!(env!("OUT_DIR"), "/bench.gateway.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/bench.gateway.v1.serde.rs"));
    include!(concat!(env!("OUT_DIR"), "/bench.gateway.v1.rest.rs"));
}

/// Routes, which name the messages by their package.
mod rest {
    /// The package.
    mod bench {
        pub(super) mod gateway {
            pub(in super::super) use crate::orders as v1;
        }
    }

    include!(concat!(env!("OUT_DIR"), "/transcoder.rest.rs"));
}

#[derive(Clone)]
struct Orders;

impl OrderService for Orders {
    async fn get_order(&self, request: GetOrderRequest, _: &mut Context) -> Result<Order, handling::Status> {
        Ok(order(request.order_id))
    }

    async fn create_order(&self, request: CreateOrderRequest, _: &mut Context) -> Result<Order, handling::Status> {
        Ok(Order { order_id: request.request_id, ..request.order.unwrap_or_default() })
    }

    async fn list_orders(
        &self,
        request: ListOrdersRequest,
        _: &mut Context,
    ) -> Result<ListOrdersResponse, handling::Status> {
        let orders = (0..request.page_size).map(|_| order("order-2041".to_owned())).collect();
        Ok(ListOrdersResponse { orders, next_page_token: String::new() })
    }

    async fn watch_orders(
        &self,
        request: WatchOrdersRequest,
        _: &mut Context,
    ) -> Result<ResponseStream<Order>, handling::Status> {
        let orders = (0..request.count).map(|_| Ok(order("order-2041".to_owned())));
        Ok(Box::pin(stream::iter(orders)))
    }
}

/// The order of `benches/src/rest/ours.rs`.
fn order(order_id: String) -> Order {
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
        status: Status::Packing.into(),
        create_time: Some(pbjson_types::Timestamp { seconds: 1_768_472_430, nanos: 250_000_000 }),
        items: vec![item; 10],
        address: Some(address),
        labels: [("channel".to_owned(), "web".to_owned()), ("campaign".to_owned(), "winter".to_owned())].into(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let router = Router::new().fallback_service(RestService::new(rest::Transcoder::new(Orders)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}
