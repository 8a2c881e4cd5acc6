//! Requests and answers, without a socket.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use http_body_util::BodyExt;
use rust_svc::{Gateway, gateway, route};
use tower::ServiceExt;

use crate::stock::{ECHO, Shelf, StockService, stock_service_gateway};

fn router() -> Router {
    stock_service_gateway(Arc::new(Shelf::default())).into_router()
}

async fn send(request: Request<Body>) -> Response<Body> {
    router().oneshot(request).await.expect("infallible")
}

async fn body(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("whole body").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

async fn get(path: &str) -> (u16, String) {
    let response = send(Request::get(path).body(Body::empty()).expect("a request")).await;
    (response.status().as_u16(), body(response).await)
}

async fn with_body(method: &str, path: &str, json: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let response = send(request.body(Body::from(json.to_owned())).expect("a request")).await;
    (response.status().as_u16(), body(response).await)
}

/// Each is 200 with this body, or another status with a body that holds this text.
async fn check_gets(cases: &[(&str, u16, &str)]) {
    for (path, status, expected) in cases {
        let (found, body) = get(path).await;
        assert_eq!(found, *status, "{path}: {body}");
        let holds = if *status == 200 { body == *expected } else { body.contains(expected) };
        assert!(holds, "{path}: {body}");
    }
}

async fn check_bodies(cases: &[(&str, &str, &str, u16, &str)]) {
    for (method, path, json, status, expected) in cases {
        let (found, body) = with_body(method, path, json).await;
        assert_eq!(found, *status, "{method} {path} {json}: {body}");
        let holds = if *status == 200 { body == *expected } else { body.contains(expected) };
        assert!(holds, "{method} {path} {json}: {body}");
    }
}

#[tokio::test]
async fn path_variables_are_decoded() {
    check_gets(&[
        ("/v1/stock/tea", 200, r#"{"productId":"tea"}"#),
        ("/v1/stock/a%2Fb", 200, r#"{"productId":"a/b"}"#),
        ("/v1/stock/a%20b+c", 200, r#"{"productId":"a b+c"}"#),
        ("/v1/stock/100%25", 200, r#"{"productId":"100%"}"#),
        ("/v1/stock/%252F", 200, r#"{"productId":"%2F"}"#),
        ("/v1/stock/a:b", 200, r#"{"productId":"a:b"}"#),
        ("/v1/stock/caf%C3%A9", 200, "{\"productId\":\"caf\u{e9}\"}"),
        ("/v1/stock/..", 200, r#"{"productId":".."}"#),
        ("/v1/stock/%2e%2e", 200, r#"{"productId":".."}"#),
        ("/v1/stock/a%22b", 200, r#"{"productId":"a\"b"}"#),
        ("/v%31/stock/tea", 200, r#"{"productId":"tea"}"#),
        ("/v1/tags/shelves/1/books/2", 200, r#"{"productId":"shelves/1/books/2"}"#),
        ("/v1/tags/shelves/a%2Fb%20c/books/2", 200, r#"{"productId":"shelves/a%2Fb c/books/2"}"#),
        ("/v1/files/a/b/c", 200, r#"{"productId":"a/b/c"}"#),
        ("/v1/files", 200, "{}"),
        ("/v1/files/a%2fb%3a%41", 200, r#"{"productId":"a%2fb%3aA"}"#),
        ("/v1/parts/p", 200, r#"{"part":{"itemId":"p"}}"#),
        ("/v1/counts/42/True/COLOR_RED", 200, r#"{"count":"42","fresh":true,"color":"COLOR_RED"}"#),
        ("/v1/counts/4.2e1/0/99", 200, r#"{"count":"42","fresh":false,"color":99}"#),
        ("/v1/counts/x/true/1", 400, "count: must be a whole number"),
        ("/v1/counts/1/yes/1", 400, "fresh: must be true or false"),
        ("/v1/counts/1/true/PINK", 400, "color: must be a name of its enum"),
        ("/v1/stock/%zz", 400, "hexadecimal"),
        ("/v1/stock/%FF", 400, "product_id: is not UTF-8"),
        ("/v1/stock/%00", 200, r#"{"productId":"\u0000"}"#),
        ("/v1/stock/%0A", 200, r#"{"productId":"\n"}"#),
        ("/v1/stock/a?tags=%00", 200, r#"{"productId":"a","tags":["\u0000"]}"#),
        ("/v1/files/", 200, "{}"),
        ("/v1/files/a/", 404, r#""code":5"#),
        ("/v1/files//", 404, r#""code":5"#),
        ("/v1/stock/", 404, r#""code":5"#),
        ("/v1/stock//", 404, r#""code":5"#),
        ("/v1//stock/a", 404, r#""code":5"#),
        ("/v1/stock/tea/", 404, r#""code":5"#),
        ("/v2", 404, r#"{"code":5,"message":"there is nothing at this path","details":[]}"#),
    ])
    .await;
}

#[tokio::test]
async fn query_parameters_set_fields() {
    check_gets(&[
        ("/v1/stock/a?count=5&fresh=false", 200, r#"{"productId":"a","count":"5","fresh":false}"#),
        ("/v1/stock/a?count=9007199254740993", 200, r#"{"productId":"a","count":"9007199254740993"}"#),
        ("/v1/stock/a?item.item_id=x&item.quantity=2", 200, r#"{"productId":"a","item":{"itemId":"x","quantity":2}}"#),
        ("/v1/stock/a?item.itemId=x", 200, r#"{"productId":"a","item":{"itemId":"x"}}"#),
        (
            "/v1/stock/a?item.inner.inner.quantity=1",
            200,
            r#"{"productId":"a","item":{"inner":{"inner":{"quantity":1}}}}"#,
        ),
        ("/v1/stock/a?tags=x&tags=y&tags=", 200, r#"{"productId":"a","tags":["x","y",""]}"#),
        ("/v1/stock/a?tags=x+y%2Bz%26", 200, r#"{"productId":"a","tags":["x y+z&"]}"#),
        ("/v1/stock/a?tags=x;y", 200, r#"{"productId":"a","tags":["x;y"]}"#),
        ("/v1/stock/a?tags", 200, r#"{"productId":"a","tags":[""]}"#),
        ("/v1/stock/a?&&tags=1&", 200, r#"{"productId":"a","tags":["1"]}"#),
        ("/v1/stock/a?labels[k]=v&labels%5Bx.y%5D=2", 200, r#"{"productId":"a","labels":{"k":"v","x.y":"2"}}"#),
        ("/v1/stock/a?updateMask=a,fooBar", 200, r#"{"productId":"a","updateMask":"a,fooBar"}"#),
        ("/v1/stock/a?update_mask=foo_bar.baz", 200, r#"{"productId":"a","updateMask":"fooBar.baz"}"#),
        ("/v1/stock/a?since=2026-02-28T09:30:00%2B01:00", 200, r#"{"productId":"a","since":"2026-02-28T08:30:00Z"}"#),
        ("/v1/stock/a?span=5400.5s", 200, r#"{"productId":"a","span":"5400.500s"}"#),
        ("/v1/stock/a?token=-_8", 200, r#"{"productId":"a","token":"+/8="}"#),
        ("/v1/stock/a?token=%2B/8%3D", 200, r#"{"productId":"a","token":"+/8="}"#),
        ("/v1/stock/a?color=COLOR_RED", 200, r#"{"productId":"a","color":"COLOR_RED"}"#),
        ("/v1/stock/a?color=1", 200, r#"{"productId":"a","color":"COLOR_RED"}"#),
        ("/v1/stock/a?color=999", 200, r#"{"productId":"a","color":999}"#),
        ("/v1/stock/a?color=1&$alt=json%3Benum-encoding%3Dint&quotaUser=k", 200, r#"{"productId":"a","color":1}"#),
        ("/v1/stock/a?weight=3.4028235e%2B38", 200, r#"{"productId":"a","weight":3.4028235e38}"#),
        ("/v1/stock/a?weight=-Infinity", 200, r#"{"productId":"a","weight":"-Infinity"}"#),
        ("/v1/stock/a?limit=0", 200, r#"{"productId":"a","limit":0}"#),
        ("/v1/stock/a?filter=%7B%22a%22:1%7D", 200, r#"{"productId":"a","filter":{"a":1}}"#),
        ("/v1/stock/a?name=", 200, r#"{"productId":"a","name":""}"#),
        ("/v1/stock/a?part.itemId=x&part.quantity=1", 200, r#"{"productId":"a","part":{"itemId":"x","quantity":1}}"#),
        ("/v1/parts/p?part.quantity=1", 200, r#"{"part":{"itemId":"p","quantity":1}}"#),
        ("/v1/stock/a?colour=1", 400, "colour: is not a field of the request"),
        ("/v1/stock/a?item.colour=1", 400, "item.colour: is not a field of the request"),
        ("/v1/stock/a?productId=b", 400, "product_id: is given more than once"),
        ("/v1/stock/a?product_id=a", 400, "product_id: is given more than once"),
        ("/v1/parts/p?part.itemId=q", 400, "part.item_id: is given more than once"),
        ("/v1/stock/a?count=1&count=2", 400, "count: is given more than once"),
        ("/v1/stock/a?count=", 400, "count: must be a whole number"),
        ("/v1/stock/a?count", 400, "count: must be a whole number"),
        ("/v1/stock/a?count=9223372036854775808", 400, "count: is out of range"),
        ("/v1/stock/a?weight=1e39", 400, "weight: is out of range"),
        ("/v1/stock/a?fresh=", 400, "fresh: must be true or false"),
        ("/v1/stock/a?color=", 400, "color: must be a name"),
        ("/v1/stock/a?name=x&part.quantity=1", 400, "is set beside another member of its oneof"),
        ("/v1/stock/a?item=x", 400, "item: is a message"),
        ("/v1/stock/a?items=x", 400, "items[0]: is a message"),
        ("/v1/stock/a?items.quantity=1", 400, "items: is a list"),
        ("/v1/stock/a?tags.x=1", 400, "tags: is a list"),
        ("/v1/stock/a?count.x=1", 400, "count: is not a message"),
        ("/v1/stock/a?labels=x", 400, "labels: is a map"),
        ("/v1/stock/a?labels.k=x", 400, "labels[k]: is a key of a map"),
        ("/v1/stock/a?item[x]=1", 400, "item.x: is not a field"),
        ("/v1/stock/a?labels[k=1", 400, "is not the path of a field"),
        ("/v1/stock/a?item..x=1", 400, "is not the path of a field"),
        ("/v1/stock/a?=1", 400, "is not the path of a field"),
        ("/v1/stock/a?tags=%zz", 400, "hexadecimal"),
        ("/v1/stock/a?tags=%FF", 400, "not UTF-8"),
        ("/v1/stock/a?since=yesterday", 400, "since: must be a time"),
        ("/v1/stock/a?filter=x", 400, "not valid JSON"),
    ])
    .await;
    let many = "tags=x&".repeat(1_001);
    assert_eq!(get(&format!("/v1/stock/a?{many}")).await.0, 400);
    let deep = "inner.".repeat(200);
    assert_eq!(get(&format!("/v1/stock/a?item.{deep}quantity=1")).await.0, 400);
}

#[tokio::test]
async fn bodies_set_fields() {
    check_bodies(&[
        ("POST", "/v1/stock", r#"{"productId":"a","count":1}"#, 200, r#"{"productId":"a","count":"1"}"#),
        ("POST", "/v1/stock/a:set", r#"{"count":"1"}"#, 200, r#"{"productId":"a","count":"1"}"#),
        ("POST", "/v1/stock/a:set", "", 200, r#"{"productId":"a"}"#),
        ("POST", "/v1/stock/a:set", r#"{"productId":"a"}"#, 200, r#"{"productId":"a"}"#),
        ("POST", "/v1/stock/a:set", r#"{"productId":"","product":1}"#, 400, "product: is not a field"),
        ("POST", "/v1/stock/a:set", r#"{"productId":null}"#, 200, r#"{"productId":"a"}"#),
        ("POST", "/v1/stock/a:set", r#"{"product_id":"b"}"#, 400, "one value in the body and another one in the path"),
        ("POST", "/v1/stock/a:set?count=1", "{}", 400, "count: belongs into the body"),
        ("POST", "/v1/stock/a:set?x=1", "{}", 400, "x: is not a field"),
        ("POST", "/v1/stock/a:set?alt=json", "{}", 200, r#"{"productId":"a"}"#),
        ("POST", "/v1/stock/a:set?key=k&fields=a", "{}", 200, r#"{"productId":"a"}"#),
        ("POST", "/v1/stock?key=k", r#"{"key":"b"}"#, 200, r#"{"key":"b"}"#),
        ("PUT", "/v1/stock/a/item?key=k", "{}", 200, r#"{"productId":"a","item":{},"key":"k"}"#),
        ("POST", "/v1/stock", "null", 400, "must be an object"),
        ("POST", "/v1/stock", "{} {}", 400, "something follows its end"),
        ("POST", "/v1/stock", r#"{"count":1"#, 400, "not valid JSON"),
        ("POST", "/v1/stock", r#"{"items":[{},{"quantity":"x"}]}"#, 400, r#""field":"items[1].quantity""#),
        ("PUT", "/v1/stock/a/item", r#"{"itemId":"x"}"#, 200, r#"{"productId":"a","item":{"itemId":"x"}}"#),
        ("PUT", "/v1/stock/a/item?count=2", r#"{}"#, 200, r#"{"productId":"a","count":"2","item":{}}"#),
        ("PUT", "/v1/stock/a/item?item.quantity=1", r#"{}"#, 400, "item.quantity: is in the body"),
        ("PUT", "/v1/stock/a/item", r#"{"quantity":"x"}"#, 400, r#""field":"item.quantity""#),
        ("PUT", "/v1/stock/a/item", "", 200, r#"{"productId":"a","item":{}}"#),
        ("PUT", "/v1/stock/a/tags", "", 200, r#"{"productId":"a"}"#),
        ("PUT", "/v1/stock/a/count", "", 200, r#"{"productId":"a"}"#),
        ("PATCH", "/v1/parts/", "", 404, r#""code":5"#),
        ("PUT", "/v1/stock/a/item", "null", 200, r#"{"productId":"a"}"#),
        ("PUT", "/v1/stock/a/tags", r#"["x","y"]"#, 200, r#"{"productId":"a","tags":["x","y"]}"#),
        ("PUT", "/v1/stock/a/count", r#""7""#, 200, r#"{"productId":"a","count":"7"}"#),
        ("PUT", "/v1/stock/a/count", "7 7", 400, "something follows its end"),
        (
            "PATCH",
            "/v1/items/i",
            r#"{"quantity":2,"inner":{"itemId":"x","inner":{}}}"#,
            200,
            r#"{"item":{"itemId":"i","quantity":2,"inner":{"itemId":"x","inner":{}}},"updateMask":"inner.inner,inner.itemId,quantity"}"#,
        ),
        (
            "PATCH",
            "/v1/items/i?updateMask=quantity",
            r#"{"quantity":2,"inner":{}}"#,
            200,
            r#"{"item":{"itemId":"i","quantity":2,"inner":{}},"updateMask":"quantity"}"#,
        ),
        (
            "PATCH",
            "/v1/items/i",
            r#"{"quantity":2,"etag":"x","inner":{"etag":"x"}}"#,
            200,
            r#"{"item":{"itemId":"i","quantity":2,"inner":{"etag":"x"},"etag":"x"},"updateMask":"quantity"}"#,
        ),
        (
            "PATCH",
            "/v1/items/i",
            r#"{"inner":{"etag":"x","quantity":1}}"#,
            200,
            r#"{"item":{"itemId":"i","inner":{"quantity":1,"etag":"x"}},"updateMask":"inner.quantity"}"#,
        ),
        (
            "PATCH",
            "/v1/items/i?updateMask=etag,quantity,inner.etag",
            r#"{"quantity":2,"etag":"x"}"#,
            200,
            r#"{"item":{"itemId":"i","quantity":2,"etag":"x"},"updateMask":"quantity"}"#,
        ),
        ("PATCH", "/v1/items/i?update_mask=etag", r#"{"etag":"x"}"#, 400, "update_mask: names only fields that the service sets"),
        ("PATCH", "/v1/items/i?updateMask=*", "{}", 200, r#"{"item":{"itemId":"i"},"updateMask":"*"}"#),
        ("PATCH", "/v1/items/i", r#"{"etag":"x"}"#, 200, r#"{"item":{"itemId":"i","etag":"x"}}"#),
        ("PATCH", "/v1/items/i", "{}", 200, r#"{"item":{"itemId":"i"}}"#),
        ("PATCH", "/v1/items/i", r#"{"inner":null}"#, 200, r#"{"item":{"itemId":"i"},"updateMask":"inner"}"#),
        ("PATCH", "/v1/items/i", r#"{"itemId":"j"}"#, 400, "item.item_id: has one value in the body"),
        (
            "PATCH",
            "/v1/parts/p",
            r#"{"quantity":3}"#,
            200,
            r#"{"updateMask":"quantity","part":{"itemId":"p","quantity":3}}"#,
        ),
        ("POST", "/v1/check", r#"{"quantity":-1}"#, 400, "item_id: is required; quantity: must not be negative"),
        ("POST", "/v1/check", r#"{"itemId":"x"}"#, 200, r#"{"itemId":"x"}"#),
    ])
    .await;
}

#[tokio::test]
async fn response_body_prints_one_field() {
    check_gets(&[
        ("/v1/answers/tags?tags=a&tags=b", 200, r#"["a","b"]"#),
        ("/v1/answers/tags", 200, "[]"),
        ("/v1/answers/item?item.quantity=1", 200, r#"{"quantity":1}"#),
        ("/v1/answers/item", 200, "null"),
        ("/v1/answers/name?name=x", 200, r#""x""#),
        ("/v1/answers/name", 200, "null"),
    ])
    .await;
}

#[tokio::test]
async fn other_methods_get_405_with_allow() {
    let call = async |method: &str, path: &str| {
        let response = send(Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")).await;
        let allow = response.headers().get("allow").map(|it| it.to_str().expect("ASCII").to_owned());
        (response.status().as_u16(), allow.unwrap_or_default(), body(response).await)
    };
    let (status, allow, error) = call("DELETE", "/v1/stock/a").await;
    assert_eq!((status, &*allow), (405, "GET, HEAD, OPTIONS, PURGE"));
    assert!(error.contains(r#""code":12"#), "{error}");
    assert_eq!(call("OPTIONS", "/v1/stock/a").await, (204, "GET, HEAD, OPTIONS, PURGE".into(), String::new()));
    assert_eq!(call("OPTIONS", "/v1/nowhere").await.0, 404);
    assert_eq!(call("HEAD", "/v1/stock/a").await, (200, String::new(), String::new()));
    assert_eq!(call("PURGE", "/v1/stock/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(call("FOO", "/v1/any/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(call("OPTIONS", "/v1/any/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(call("GET", "/v1/stock/a:set").await.2, r#"{"productId":"a:set"}"#);
    assert_eq!(call("GET", "/v1/check").await.1, "OPTIONS, POST");
}

#[tokio::test]
async fn content_types_other_than_json_get_415() {
    for (kind, encoding, json, status) in [
        ("application/json", "", "{}", 200),
        ("application/json; charset=UTF-8", "", "{}", 200),
        ("APPLICATION/JSON", "identity", "{}", 200),
        ("application/merge-patch+json", "", "{}", 200),
        ("text/plain", "", "{}", 415),
        ("", "", "{}", 415),
        ("", "", "", 200),
        ("application/x-www-form-urlencoded", "", "a=b", 415),
        ("application/json; charset=latin1", "", "{}", 415),
        ("application/json", "gzip", "{}", 415),
        ("text/json", "", "{}", 415),
    ] {
        let mut request = Request::post("/v1/stock");
        for (name, value) in [("content-type", kind), ("content-encoding", encoding)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let response = send(request.body(Body::from(json)).expect("a request")).await;
        assert_eq!(response.status().as_u16(), status, "{kind} {encoding} {json}");
    }
    let large = format!(r#"{{"productId":"{}"}}"#, "x".repeat(5 << 20));
    let (status, error) = with_body("POST", "/v1/stock", &large).await;
    assert_eq!(status, 413, "{error}");
    assert!(error.contains(r#""code":8"#), "{error}");
}

#[tokio::test]
async fn errors_have_the_status_of_their_code() {
    for (number, status) in [
        (1, 499),
        (2, 500),
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 400),
        (10, 409),
        (11, 400),
        (12, 501),
        (13, 500),
        (14, 503),
        (15, 500),
        (16, 401),
    ] {
        let (found, error) = get(&format!("/v1/stock/code-{number}")).await;
        assert_eq!(found, status);
        assert_eq!(error, format!(r#"{{"code":{number},"message":"as asked","details":[]}}"#));
    }
    let details = |body: &str, details: &str| format!(r#"{{{body},"details":[{details}]}}"#);
    check_gets(&[
        (
            "/v1/stock/missing",
            404,
            &details(
                r#""code":5,"message":"no such product""#,
                r#"{"@type":"type.googleapis.com/stock.v1.Item","quantity":7}"#,
            ),
        ),
        (
            "/v1/stock/unknown-detail",
            409,
            &details(r#""code":10,"message":"again""#, r#"{"@type":"type.googleapis.com/other.Type","value":"AQI="}"#),
        ),
        ("/v1/stock/broken", 500, r#"{"code":13,"message":"internal error","details":[]}"#),
        ("/v1/stock/panic", 500, r#"{"code":13,"message":"internal error","details":[]}"#),
        ("/v1/stock/late", 500, r#"{"code":13,"message":"internal error","details":[]}"#),
    ])
    .await;
    let response = send(Request::get("/v1/stock/busy").body(Body::empty()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "2");
    assert!(body(response).await.contains(r#"google.rpc.RetryInfo","retryDelay":"1.500s""#));
}

/// An empty body may be chunked, so that its length is not known in advance.
#[tokio::test]
async fn an_empty_body_needs_no_content_type() {
    for (path, chunks, status) in [
        ("/v1/stock", &[][..], 200),
        ("/v1/stock", &[""][..], 200),
        ("/v1/items:upload", &[], 200),
        ("/v1/items:upload", &[""], 200),
        ("/v1/stock", &["", "{}"], 415),
        ("/v1/items:upload", &["", "{}"], 415),
    ] {
        let chunks = chunks.iter().map(|chunk| Ok::<_, std::convert::Infallible>(*chunk));
        let body = Body::from_stream(futures::stream::iter(chunks.collect::<Vec<_>>()));
        let response = send(Request::post(path).body(body).expect("a request")).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn an_unauthenticated_caller_gets_a_challenge() {
    for (code, challenge) in [(16, Some("Bearer")), (7, None)] {
        let request = Request::get(format!("/v1/stock/code-{code}")).body(Body::empty()).expect("a request");
        let response = send(request).await;
        let found = response.headers().get("www-authenticate").map(|it| it.to_str().expect("ASCII"));
        assert_eq!(found, challenge, "{code}");
    }
}

#[tokio::test]
async fn responses_carry_the_matched_route() {
    let response = send(Request::get("/v1/stock/a").body(Body::empty()).expect("a request")).await;
    let matched = response.extensions().get::<gateway::MatchedRoute>().expect("a route");
    assert_eq!((matched.method, matched.template), (ECHO, "/v1/stock/{product_id}"));
}

#[tokio::test]
async fn metadata_passes_both_ways() {
    let shelf = Arc::new(Shelf::default());
    let request = Request::get("/v1/stock/headers")
        .header("grpc-metadata-x-tenant", "t")
        .header("grpc-metadata-grpcgateway-authorization", "spoof")
        .header("authorization", "Bearer x")
        .header("x-http-method-override", "DELETE");
    let router = stock_service_gateway(shelf.clone()).into_router();
    let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    assert_eq!(response.headers()["grpc-metadata-x-shelf"], "a\"b");
    assert_eq!(response.headers()["grpc-metadata-x-raw-bin"], "Af8=");
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    assert_eq!(cx.metadata().get("x-tenant"), Some("t"));
    assert_eq!(cx.metadata().get("authorization"), Some("Bearer x"));
    assert_eq!(cx.metadata().len(), 2, "{:?}", cx.metadata());
    assert!(cx.is_cancelled(), "the call is over");
}

#[tokio::test(start_paused = true)]
async fn deadlines_come_from_the_header_and_the_contract() {
    let asked = async |path: &str, timeout: &str| {
        let request = Request::get(path).header("grpc-timeout", timeout).body(Body::empty()).expect("a request");
        let response = send(request).await;
        (response.status().as_u16(), body(response).await)
    };
    assert_eq!(asked("/v1/stock/hang", "100m").await.0, 504);
    assert_eq!(asked("/v1/stock/a", "0n").await.0, 504);
    assert_eq!(asked("/v1/stock/a", "99999999H").await.0, 200);
    for malformed in ["abc", "-1S", "100000000S", "1"] {
        assert_eq!(asked("/v1/stock/a", malformed).await.0, 400, "{malformed}");
    }
    assert_eq!(get("/v1/slow/hang").await.0, 504);
    assert_eq!(asked("/v1/slow/hang", "1H").await.0, 504, "a caller waits no longer than the contract says");
    assert_eq!(asked("/v1/slow/hang", "1m").await.0, 504);
}

#[tokio::test]
async fn invalid_and_conflicting_routes_are_reported_together() {
    let service = Arc::new(Shelf::default());
    let one = || {
        Gateway::new(service.clone())
            .unary(ECHO, route::get("/v1/stock/{name}"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::get("/v1/x/{nothing}"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::get("/v1/{"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::post("/v1/y").body("nothing"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::get("/v1/z").response_body("nothing"), |it: &Shelf, cx, request| it.echo(cx, request))
    };
    let routes = gateway::GatewayRoutes::from(stock_service_gateway(service.clone())).merge(one());
    let error = routes.try_into_router().expect_err("five faults").to_string();
    for expected in [
        "GET /v1/stock/{name} -> stock.v1.StockService/Echo: GET /v1/stock/{product_id} -> stock.v1.StockService/Echo matches the same paths",
        "the request has no field `nothing`",
        "the name of a field is missing here (at byte 5 of the path template)",
        "the request has no field `nothing` for the body",
        "the response has no field `nothing`",
    ] {
        assert!(error.contains(expected), "{expected} in {error}");
    }
}

#[tokio::test]
async fn a_trait_object_is_served() {
    let service: Arc<dyn StockService> = Arc::new(Shelf::default());
    let response = stock_service_gateway(service).into_router();
    let response = response.oneshot(Request::get("/v1/stock/a").body(Body::empty()).expect("a request")).await;
    assert_eq!(body(response.expect("infallible")).await, r#"{"productId":"a"}"#);
}

#[tokio::test]
async fn each_gateway_keeps_its_own_settings() {
    let echo = |template| {
        let service = Gateway::new(Arc::new(Shelf::default()));
        gateway::GatewayRoutes::from(
            service.unary(ECHO, route::get(template), |it: &Shelf, cx, request| it.echo(cx, request)),
        )
    };
    let mut settings = gateway::GatewaySettings::default();
    settings.print.proto_names = true;
    let routes = echo("/v1/a/{product_id}").merge(echo("/v1/b/{product_id}").with_settings(settings));
    let router = routes.into_router();
    for (path, expected) in [("/v1/a/x", r#"{"productId":"x"}"#), ("/v1/b/x", r#"{"product_id":"x"}"#)] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        assert_eq!(body(router.clone().oneshot(request).await.expect("infallible")).await, expected);
    }
}

#[tokio::test]
async fn settings_change_parsing_and_printing() {
    let mut settings = gateway::GatewaySettings::default();
    settings.print.proto_names = true;
    settings.ignore_unknown_parameters = true;
    settings.parse.ignore_unknown = true;
    settings.max_message_bytes = 32;
    let routes =
        gateway::GatewayRoutes::from(stock_service_gateway(Arc::new(Shelf::default()))).with_settings(settings);
    let router = routes.into_router();
    let post = |json: &str| {
        let request = Request::post("/v1/stock?x=1").header("content-type", "application/json");
        router.clone().oneshot(request.body(Body::from(json.to_owned())).expect("a request"))
    };
    let response = post(r#"{"productId":"a","x":1}"#).await.expect("infallible");
    assert_eq!(body(response).await, r#"{"product_id":"a"}"#);
    let response = post(&" ".repeat(33)).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
