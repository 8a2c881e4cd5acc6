//! The HTTP API: `/fake/scripts`, `/fake/calls`, `/fake/verify`, `/fake/explain`, `/fake/reset` and `/fake/schema`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header},
    routing::{get, post},
};
use http_body_util::{BodyExt, Limited};
use rust_svc::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{history, state::FakeState};
use crate::{contract::Dynamic, script};

/// The largest body.
const MAX_BYTES: usize = 16 << 20;

type Shared = State<Arc<FakeState>>;

/// Returns the routes of the API.
pub(super) fn router(state: Arc<FakeState>) -> Router {
    Router::new()
        .route("/fake/scripts", get(list_scripts).post(add_scripts).delete(remove_scripts))
        .route("/fake/calls", get(list_calls))
        .route("/fake/verify", get(verify))
        .route("/fake/explain", post(explain))
        .route("/fake/reset", post(reset))
        .route("/fake/schema", get(schema))
        .with_state(state)
}

async fn list_scripts(State(state): Shared) -> Response<Body> {
    let of_method = |(name, scripts): (&str, Vec<rust_svc::fake::ScriptUse>)| {
        let script = |script: rust_svc::fake::ScriptUse| json!({"method": name, "place": script.place, "times": script.times.to_string(), "used": script.used});
        scripts.into_iter().map(script).collect::<Vec<_>>()
    };
    let scripts = state.fakes.iter().map(|(name, fake)| (name, fake.scripts())).flat_map(of_method);
    ok(&json!({"scripts": scripts.collect::<Vec<_>>()}))
}

async fn add_scripts(State(state): Shared, request: Request) -> Response<Body> {
    let added = match text(request).await {
        Ok(text) => state.add(&text),
        Err(error) => Err(error),
    };
    added.map_or_else(|error| refused(&error), |places| ok(&json!({"added": places})))
}

async fn remove_scripts(State(state): Shared) -> Response<Body> {
    done(state.remove_added())
}

async fn list_calls(State(state): Shared, request: Request) -> Response<Body> {
    let query = request.uri().query().unwrap_or_default();
    let method = query.split('&').find_map(|part| part.strip_prefix("method="));
    let method = method.map(|method| method.replace("%2F", "/").replace("%2f", "/"));
    ok(&json!({"calls": history::calls(&state.fakes, method.as_deref())}))
}

async fn verify(State(state): Shared) -> Response<Body> {
    let failures = state.session.failures();
    let status = if failures.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    respond(status, &json!({"ok": failures.is_empty(), "failures": failures}))
}

/// A call to explain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExplainedCall {
    method: String,
    request: Option<Value>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

async fn explain(State(state): Shared, request: Request) -> Response<Body> {
    let explained = match text(request).await {
        Ok(text) => explanation(&state, &text),
        Err(error) => Err(error),
    };
    explained.map_or_else(|error| refused(&error), |text| ok(&json!({"explanation": text})))
}

fn explanation(state: &FakeState, text: &str) -> Result<String, String> {
    let call: ExplainedCall = serde_json::from_str(text).map_err(|error| format!("error: {error}"))?;
    let method = state.contract.method(&call.method)?;
    let fake = state.fakes.get(method.method.full_name()).ok_or("error: the method has no fake")?;
    let request = call.request.as_ref().map(|request| Dynamic::from_json(method.input.clone(), request)).transpose()?;
    let cx = call.metadata.into_iter().try_fold(Context::new(), |cx, (key, value)| {
        cx.with_metadata(&key, value).map_err(|error| format!("error: {error}"))
    })?;
    Ok(fake.explain(&cx, request.as_ref()))
}

async fn reset(State(state): Shared) -> Response<Body> {
    done(state.reset())
}

async fn schema(State(state): Shared) -> Response<Body> {
    script::schema(state.contract.descriptors.to_vec()).map_or_else(|error| refused(&error), |schema| ok(&schema))
}

async fn text(request: Request) -> Result<String, String> {
    let body = Limited::new(request.into_body(), MAX_BYTES).collect().await;
    let bytes = body.map_err(|error| format!("error: the body: {error}"))?.to_bytes();
    String::from_utf8(bytes.to_vec()).map_err(|_| "error: the body is not UTF-8".to_owned())
}

fn done(result: Result<(), String>) -> Response<Body> {
    result.map_or_else(|error| refused(&error), |()| ok(&json!({"ok": true})))
}

fn ok(json: &Value) -> Response<Body> {
    respond(StatusCode::OK, json)
}

fn refused(error: &str) -> Response<Body> {
    respond(StatusCode::BAD_REQUEST, &json!({"error": error}))
}

fn respond(status: StatusCode, json: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{json:#}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
