//! The control API of the demo: what the page shows beside the public API, and its buttons. Only the demo serves it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    super::{http::Http, services::Services, simulation::Board},
    observer::Observations,
};
use crate::access::Role;

/// The customer of the page.
const CUSTOMER: &str = "you";
/// The header of the key, which pages of others do not know.
const KEY: &str = "x-demo-key";
/// The services that can be stopped. The gateway serves the page.
const STOPPABLE: [&str; 3] = ["inventory", "order", "dispatch"];

/// The state of the control API.
#[derive(Clone)]
pub(super) struct Control {
    services: Arc<Mutex<Services>>,
    board: Arc<Board>,
    observations: Arc<Observations>,
    /// The public API, for an operator, who sees the orders of all.
    orders: Http,
    token: String,
    page: String,
    key: String,
}

impl Control {
    pub(super) async fn new(
        services: Arc<Mutex<Services>>,
        board: Arc<Board>,
        observations: Arc<Observations>,
        page: &str,
    ) -> Self {
        let (orders, token) = {
            let services = services.lock().await;
            (services.http("gateway", Role::Operator, "demo"), services.token(Role::Customer, CUSTOMER))
        };
        let key = Uuid::new_v4().simple().to_string();
        Self { services, board, observations, orders, token, page: page.to_owned(), key }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

/// The routes of the control API.
pub(super) fn control_routes(control: Control) -> Router {
    Router::new()
        .route("/demo/session", get(session))
        .route("/demo/state", get(state))
        .route("/demo/services/{name}/{action}", post(act))
        .layer(middleware::from_fn_with_state(control.clone(), guard))
        .with_state(control)
}

/// Answers only the page of this demo: other pages do not know the key, and browsers show them nothing.
async fn guard(State(control): State<Control>, request: Request, next: Next) -> Response {
    let has_key = request.headers().get(KEY).is_some_and(|key| key.as_bytes() == control.key.as_bytes());
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ if has_key => next.run(request).await,
        _ => StatusCode::FORBIDDEN.into_response(),
    };
    if let Ok(page) = HeaderValue::from_str(&control.page) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
    }
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(KEY));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    response
}

async fn session(State(control): State<Control>) -> Response {
    as_json(&json!({ "customer": CUSTOMER, "token": control.token }))
}

async fn state(State(control): State<Control>) -> Response {
    let services: Vec<_> = {
        let services = control.services.lock().await;
        let shown =
            |name: &&str| json!({ "name": name, "up": services.is_up(name), "stoppable": STOPPABLE.contains(name) });
        Services::NAMES.iter().map(shown).collect()
    };
    let orders = control.orders.get("/v1/orders?page_size=12").await;
    let orders = orders.map(|reply| reply.body["orders"].clone()).unwrap_or(Value::Null);
    as_json(&json!({
        "services": services,
        "couriers": control.board.couriers(),
        "orders": orders,
        "breakers": control.observations.breakers(),
        "samples": control.observations.samples(),
        "traces": control.observations.traces.of_customers(),
    }))
}

/// Kills, starts, slows down or breaks a service.
async fn act(State(control): State<Control>, Path((name, action)): Path<(String, String)>) -> Response {
    let mut services = control.services.lock().await;
    if !STOPPABLE.contains(&name.as_str()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let done = match action.as_str() {
        "kill" => services.kill(&name).await,
        "start" => services.restart(&name).await,
        "slow" => services.command(&name, "latency 400").await,
        "break" => services.command(&name, "errors 50").await,
        "heal" => match services.command(&name, "latency 0").await {
            Ok(()) => services.command(&name, "errors 0").await,
            failed => failed,
        },
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn as_json(value: &Value) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (headers, value.to_string()).into_response()
}
