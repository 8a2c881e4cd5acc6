//! HTTP and JSON requests to a service trait, by the routes of `google.api.http`.
//!
//! Generated code lists the routes of a service. This module finds the route of a path, reads the request from the path,
//! the query and the body, converts JSON both ways, and handles streams, deadlines and errors.
//!
//! ```no_run
//! # use rust_svc as svc;
//! # use std::sync::Arc;
//! # const GET_STOCK: svc::Method = svc::Method::unary("/inventory.v1.InventoryService/GetStock");
//! # #[svc::async_trait]
//! # trait InventoryService: Send + Sync + 'static {
//! #     async fn get_stock(&self, cx: svc::Context, request: ()) -> svc::Result<()>;
//! # }
//! fn inventory_service_gateway(service: Arc<dyn InventoryService>) -> svc::Gateway<dyn InventoryService> {
//!     svc::Gateway::new(service)
//!         .unary(GET_STOCK, svc::route::get("/v1/stock"), |it, cx, request| it.get_stock(cx, request))
//! }
//! ```
//!
//! Gateways of several services become [`GatewayRoutes`] and merge before they become a router.

mod bytes;
mod dynamic;
mod error;
mod exchange;
mod headers;
mod openapi;
mod request;
mod response;
mod routes;
mod routing;
mod service;
mod settings;
#[cfg(feature = "websocket")]
mod web_socket;

pub use dynamic::{JsonMethod, JsonParameter, JsonRequest, JsonResponse, ResponseField};
pub use openapi::OpenApi;
pub use routes::GatewayRoutes;
#[cfg(feature = "measured")]
#[doc(hidden)]
pub use routing::MeasuredRoutes;
pub use routing::{
    MessageFields, RoutesError,
    route::{self, Route, Unescape},
};
pub use service::{Gateway, RoutedFake};
#[cfg(feature = "websocket")]
pub use settings::{AllowedOrigins, WebSocketSettings};
pub use settings::{
    CapturedParameters, CustomErrors, ErrorFormat, GatewaySettings, IpNetwork, MatchedRoute, NameList, StreamFormat,
    TrustedProxies, UnknownParameters,
};
