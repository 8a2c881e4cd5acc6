//! The requests, and how many messages their responses have.

use axum::body::Body;
use bytes::Bytes;
use clap::ValueEnum;
use http::{Method, Request, header};

/// The number of orders in a list and in a stream.
pub const MANY: usize = 100;

/// The number of items of an order, so that it is 2 kB of JSON.
pub const ITEMS: usize = 10;

/// A request, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RequestKind {
    /// An order.
    Get,
    /// A new order, with its JSON.
    Post,
    /// A hundred orders.
    List,
    /// A stream of a hundred orders.
    Stream,
}

impl RequestKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Get, Self::Post, Self::List, Self::Stream];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::List => "list",
            Self::Stream => "stream",
        }
    }

    /// The number of orders in the response.
    pub fn orders(self) -> usize {
        match self {
            Self::Get | Self::Post => 1,
            Self::List | Self::Stream => MANY,
        }
    }

    /// The request. `order` is the JSON of an order.
    pub fn request(self, order: &Bytes) -> Request<Body> {
        let (method, path) = match self {
            Self::Get => (Method::GET, "/v1/orders/order-2041"),
            Self::Post => (Method::POST, "/v1/orders?request_id=0d6a2b"),
            Self::List => (Method::GET, "/v1/orders?page_size=100"),
            Self::Stream => (Method::GET, "/v1/orders:watch?count=100"),
        };
        let body = if method == Method::POST { Body::from(order.clone()) } else { Body::empty() };
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = http::Uri::from_static(path);
        request.headers_mut().insert(header::HOST, header::HeaderValue::from_static("shop.example"));
        request.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        request
    }
}
