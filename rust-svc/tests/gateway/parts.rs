//! Fields of well-known types, which JSON writes as one value, in requests and responses.

use std::sync::Arc;

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::{
    Any, FieldMask, Gateway, Json, Message, Method, SignedDuration, Streaming, Timestamp, gateway::Route,
    json::JsonValue, prost, route, wkt,
};
use tower::ServiceExt;

use crate::remote::Unary;

const ECHO: Method = Method::unary("/parts.v1.PartService/Echo");
const EACH: Method = Method::client_streaming("/parts.v1.PartService/Each");
const TALK: Method = Method::bidi_streaming("/parts.v1.PartService/Talk");

/// Serves a method that returns its request.
fn echo<M: Message<Wire: JsonValue + prost::Message + Default> + Send + 'static>(routes: &[Route]) -> Router {
    Unary::gateway(ECHO, routes, |_, request: M| Box::pin(async move { Ok(request) })).into_router()
}

async fn ask(router: &Router, request: &str) -> (u16, String) {
    let mut words = request.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let request = Request::builder().method(word()).uri(word()).header("content-type", "application/json");
    let request = request.body(Body::from(word().to_owned())).expect("a request");
    let response = router.clone().oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

/// Checks each request: a success has exactly this body, a failure a body that contains this text.
async fn check<M>(routes: &[Route], cases: &[(&str, u16, &str)])
where
    M: Message<Wire: JsonValue + prost::Message + Default> + Send + 'static,
{
    let router = echo::<M>(routes);
    for (request, status, expected) in cases {
        let (found, body) = ask(&router, request).await;
        let holds = if *status == 200 { body == *expected } else { body.contains(expected) };
        assert!(found == *status && holds, "{request}: {found} {body}");
    }
}

#[tokio::test]
async fn wrappers_have_a_value() {
    let routes = [route::get("/v1/{value}"), route::get("/v1"), route::put("/v1").body("value").response_body("value")];
    check::<String>(
        &routes,
        &[
            ("GET /v1/tea", 200, "\"tea\""),
            ("GET /v1?value=tea", 200, "\"tea\""),
            ("GET /v1", 200, "\"\""),
            ("PUT /v1 \"tea\"", 200, "\"tea\""),
            ("PUT /v1 1", 400, "value: must be a string"),
            ("GET /v1?text=tea", 400, "text: is not a field of the request"),
        ],
    )
    .await;
    check::<i64>(&routes, &[("GET /v1/7", 200, "\"7\""), ("PUT /v1 7", 200, "\"7\""), ("GET /v1/x", 400, "value: ")])
        .await;
    check::<bool>(&routes, &[("GET /v1/1", 200, "true"), ("GET /v1?value=2", 400, "value: ")]).await;
    check::<f32>(&routes, &[("GET /v1/NaN", 200, "\"NaN\""), ("PUT /v1 \"x\"", 400, "value: ")]).await;
    check::<Vec<u8>>(&routes, &[("GET /v1/-_8", 200, "\"+/8=\""), ("PUT /v1 \"!\"", 400, "value: ")]).await;
}

#[tokio::test]
async fn times_have_seconds_and_nanos() {
    let routes = [route::get("/v1"), route::put("/v1/{seconds}").body("nanos").response_body("seconds")];
    let cases = [
        ("GET /v1?seconds=1&nanos=500000000", 200, "\"1970-01-01T00:00:01.500Z\""),
        ("PUT /v1/7 5", 200, "\"7\""),
        ("GET /v1?seconds=253402300800", 400, "seconds: makes no time"),
        ("GET /v1?nanos=-1", 400, "nanos: makes no time"),
    ];
    check::<Timestamp>(&routes, &cases).await;
    check::<wkt::Timestamp>(&routes, &cases).await;
    let cases = [
        ("GET /v1?nanos=-500000000&seconds=-1", 200, "\"-1.500s\""),
        ("GET /v1?nanos=-500000000&seconds=1", 400, "seconds: makes no duration of one sign"),
        ("PUT /v1/1 -1", 400, "nanos: makes no duration of one sign"),
    ];
    check::<SignedDuration>(&routes, &cases).await;
    check::<wkt::Duration>(&routes, &cases).await;
}

#[tokio::test]
async fn lists_and_maps_are_fields() {
    let routes = [route::get("/v1"), route::put("/v1").body("paths").response_body("paths")];
    let cases = [("GET /v1?paths=a&paths=b_c", 200, "\"a,bC\""), ("PUT /v1 [\"b_c\"]", 200, "[\"b_c\"]")];
    check::<FieldMask>(&routes, &cases).await;
    check::<wkt::FieldMask>(&routes, &cases).await;
    let routes = [route::get("/v1"), route::put("/v1").body("values").response_body("values")];
    let cases = [("GET /v1?values=1&values=[]", 200, "[1,[]]"), ("PUT /v1 {}", 400, "values: must be an array")];
    check::<Vec<Json>>(&routes, &cases).await;
    check::<wkt::ListValue>(&routes, &cases).await;
    let routes = [route::get("/v1"), route::put("/v1").body("fields").response_body("fields")];
    let cases = [("GET /v1?fields[a]=1", 200, "{\"a\":1}"), ("PUT /v1 []", 400, "fields: must be an object")];
    check::<std::collections::BTreeMap<String, Json>>(&routes, &cases).await;
    check::<wkt::Struct>(&routes, &cases).await;
}

#[tokio::test]
async fn a_value_has_a_field_for_each_kind() {
    let routes = [
        route::get("/v1"),
        route::get("/v1/{string_value}").response_body("string_value"),
        route::put("/v1").body("struct_value").response_body("number_value"),
    ];
    let cases = [
        ("GET /v1?numberValue=1", 200, "1"),
        ("GET /v1?bool_value=true", 200, "true"),
        ("GET /v1?null_value=null", 200, "null"),
        ("GET /v1?list_value=[1]", 200, "[1]"),
        ("GET /v1/tea", 200, "\"tea\""),
        ("PUT /v1 {\"a\":1}", 200, "null"),
        ("GET /v1?number_value=Infinity", 400, "number_value: must be a finite number"),
        ("GET /v1?number_value=1&bool_value=true", 400, "is set beside another member"),
    ];
    check::<Json>(&routes, &cases).await;
    check::<wkt::Value>(&routes, &cases).await;
}

#[tokio::test]
async fn any_has_a_type_url_and_bytes() {
    let routes = [route::get("/v1"), route::put("/v1/{type_url=**}").body("value").response_body("type_url")];
    let cases = [
        (
            "GET /v1?typeUrl=a/google.protobuf.Duration&value=CAE=",
            200,
            r#"{"@type":"a/google.protobuf.Duration","value":"1s"}"#,
        ),
        ("PUT /v1/a/b.C \"AQ==\"", 200, "\"a/b.C\""),
        ("PUT /v1/a 1", 400, "value: must be a string"),
    ];
    check::<Any>(&routes, &cases).await;
    check::<wkt::Any>(&routes, &cases).await;
}

/// The generator refuses such routes. A route that is written by hand fails at each request.
#[tokio::test]
async fn a_body_of_one_value_leaves_no_field_for_the_path() {
    let refused = |request| [(request, 400, "is not a message or a map whose fields can be set")];
    check::<String>(&[route::put("/v1/{value}").body("*")], &refused("PUT /v1/tea \"mate\"")).await;
    check::<wkt::ListValue>(&[route::put("/v1/{values}").body("*")], &refused("PUT /v1/1 [2]")).await;
    check::<wkt::Any>(&[route::put("/v1/{type_url}").body("*")], &refused("PUT /v1/a {}")).await;
}

#[tokio::test]
async fn messages_of_a_stream_may_be_one_field() {
    let router = Gateway::new(Arc::new(()))
        .client_streaming(
            EACH,
            route::post("/v1/each").body("value").response_body("value"),
            |(), _, requests: Streaming<String>| Box::pin(async move { Ok(requests.collect().await?.concat()) }),
        )
        .bidi_streaming(
            TALK,
            route::post("/v1/talk/{seconds}").body("nanos").response_body("seconds"),
            |(), _, requests: Streaming<Timestamp>| Box::pin(async move { Ok(requests) }),
        )
        .into_router();
    assert_eq!(ask(&router, "POST /v1/each \"a\"\n\"b\"\n").await, (200, "\"ab\"".to_owned()));
    assert_eq!(ask(&router, "POST /v1/talk/7 1\n2\n").await, (200, "\"7\"\n\"7\"\n".to_owned()));
}
