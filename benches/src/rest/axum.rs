//! The API in axum and serde, as an engineer writes it by hand.

use std::collections::HashMap;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Query},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::stream;
use http::header;
use serde::{Deserialize, Serialize};

use super::requests::ITEMS;

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    order_id: String,
    customer_id: String,
    status: Status,
    create_time: String,
    items: Vec<Item>,
    address: Option<Address>,
    labels: HashMap<String, String>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
enum Status {
    #[serde(rename = "STATUS_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "STATUS_PACKING")]
    Packing,
    #[serde(rename = "STATUS_DELIVERED")]
    Delivered,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    product_id: String,
    quantity: i32,
    #[serde(with = "text")]
    price_cents: i64,
    weight: f64,
    gift: bool,
    note: String,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    street: String,
    city: String,
    postal_code: String,
    country: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    orders: Vec<Order>,
    next_page_token: String,
}

#[derive(Deserialize)]
struct PageParameters {
    page_size: usize,
}

#[derive(Deserialize)]
struct CreateParameters {
    request_id: String,
}

#[derive(Deserialize)]
struct WatchParameters {
    count: usize,
}

/// 64-bit integers are texts in JSON, since JavaScript has only doubles.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        <&str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The application.
pub(super) fn router() -> Router {
    Router::new()
        .route("/v1/orders/{order_id}", get(get_order))
        .route("/v1/orders", get(list_orders).post(create_order))
        .route("/v1/orders:watch", get(watch_orders))
}

async fn get_order(Path(order_id): Path<String>) -> Json<Order> {
    Json(order(order_id))
}

async fn create_order(Query(parameters): Query<CreateParameters>, Json(mut order): Json<Order>) -> Json<Order> {
    order.order_id = parameters.request_id;
    Json(order)
}

async fn list_orders(Query(parameters): Query<PageParameters>) -> Json<Page> {
    let orders = (0..parameters.page_size).map(|_| order("order-2041".to_owned())).collect();
    Json(Page { orders, next_page_token: String::new() })
}

async fn watch_orders(Query(parameters): Query<WatchParameters>) -> Response {
    let lines = (0..parameters.count).map(|_| {
        let mut line = serde_json::to_vec(&order("order-2041".to_owned()))?;
        line.push(b'\n');
        Ok::<_, serde_json::Error>(Bytes::from(line))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream::iter(lines))).into_response()
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
        status: Status::Packing,
        create_time: "2026-01-15T10:20:30.250Z".to_owned(),
        items: vec![item; ITEMS],
        address: Some(address),
        labels: [("channel".to_owned(), "web".to_owned()), ("campaign".to_owned(), "winter".to_owned())].into(),
    }
}
