//! Invalid and oversized requests, each of which gets a response.

use std::sync::{Arc, atomic::Ordering};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::json::{ParseOptions, PrintOptions, from_slice, to_vec};
use tower::ServiceExt;

use crate::{remote::stock_gateway, shop::pb::Everything, stock::Shelf};

/// A reproducible random number generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    /// Returns a text with a few bytes inserted, removed, replaced or duplicated.
    fn damage(&mut self, text: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut damaged = text.to_vec();
        for _ in 0..=self.roll(4) {
            let place = self.roll(damaged.len().max(1)).min(damaged.len().saturating_sub(1));
            let byte = bytes[self.roll(bytes.len())];
            match self.roll(4) {
                0 => damaged.insert(place, byte),
                1 if !damaged.is_empty() => drop(damaged.remove(place)),
                2 if !damaged.is_empty() => damaged[place] = byte,
                _ => damaged.extend_from_within(place..),
            }
        }
        damaged
    }
}

#[test]
fn damaged_json_is_refused_or_prints_as_it_was_read() {
    const VALID: &[u8] = br#"{"small":1,"wide":"-2.0e1","single":"NaN","data":"-_8","color":"COLOR_RED","maybeText":"\ud83d\ude00",
        "part":{"partId":"x","updated":"2026-02-28T09:30:00.5+01:00"},"parent":{"parent":{"flag":true}},"chunks":["AA=="],
        "partsByNumber":{"1":{}},"mask":"a,fooBar","span":"-1.5s","object":{"a":[null,1e3]},"nothing":null,
        "any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"},"piece":{"quantity":3}}"#;
    let parse = ParseOptions::default();
    assert!(from_slice::<Everything>(VALID, &parse).is_ok());
    let mut dice = Dice(1);
    for _ in 0..20_000 {
        let damaged = dice.damage(VALID, b"{}[]\",:\\u0d8e+-.1 \n\xff\xc3\x00ntf@");
        if let Ok(message) = from_slice::<Everything>(&damaged, &parse) {
            let printed = to_vec(&message, &PrintOptions::default()).expect("what was read can be printed");
            let again: Everything = from_slice(&printed, &parse).expect("what was printed can be read");
            assert_eq!(to_vec(&again, &PrintOptions::default()), Ok(printed));
        }
    }
}

#[tokio::test]
async fn damaged_targets_never_fail_internally() {
    const VALID: &[u8] =
        b"/v1/files/a%2Fb/c:d?item.inner.quantity=1&labels[k]=v&tags=x+y&updateMask=a,b&part.itemId=%C3%A9";
    let router = stock_gateway(Arc::new(Shelf::default())).into_router();
    let mut dice = Dice(2);
    let mut answered = 0;
    for _ in 0..5_000 {
        let target = dice.damage(VALID, b"/%?&=.:+[]*{}0aF2\xc3");
        let Ok(request) = Request::get(&target[..]).body(Body::empty()) else { continue };
        let status = router.clone().oneshot(request).await.expect("infallible").status().as_u16();
        assert!(matches!(status, 200 | 400 | 404), "{status} for {}", String::from_utf8_lossy(&target));
        answered += 1;
    }
    assert!(answered > 1_000, "most targets are ones that HTTP takes");
}

async fn send(request: Request<Body>) -> (u16, String) {
    let router = stock_gateway(Arc::new(Shelf::default())).into_router();
    let response = router.oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

async fn post(path: &str, body: String) -> (u16, String) {
    let request = Request::post(path).header("content-type", "application/json");
    send(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn large_and_deep_bodies_are_bounded() {
    let many = |one: &str, count: usize| vec![one; count].join(",");
    let keys = |count: usize| (0..count).map(|key| format!(r#""{key}":"""#)).collect::<Vec<_>>().join(",");
    for (what, body, status) in [
        ("objects in objects", r#"{"item":"#.repeat(5_000), 400),
        ("objects in objects that end", r#"{"inner":"#.repeat(5_000) + &"}".repeat(5_000), 400),
        ("arrays in a value", format!(r#"{{"filter":{{"a":{}{}}}}}"#, "[".repeat(5_000), "]".repeat(5_000)), 400),
        ("arrays that do not end", "[".repeat(1_000_000), 400),
        ("a string of 5 MB", format!(r#"{{"name":"{}"}}"#, "a".repeat(5_000_000)), 413),
        ("a million texts", format!(r#"{{"tags":[{}]}}"#, many(r#""""#, 1_000_000)), 200),
        ("100 000 messages", format!(r#"{{"items":[{}]}}"#, many("{}", 100_000)), 200),
        ("a million messages", format!(r#"{{"items":[{}]}}"#, many("{}", 1_000_000)), 400),
        ("1 300 000 objects", format!(r#"{{"filter":{{"a":[{}]}}}}"#, many("{}", 1_300_000)), 400),
        ("500 000 small objects", format!(r#"{{"filter":{{"a":[{}]}}}}"#, many(r#"{"":0}"#, 500_000)), 400),
        ("200 000 keys", format!(r#"{{"labels":{{{}}}}}"#, keys(200_000)), 200),
        ("a million keys", format!(r#"{{"labels":{{{}}}}}"#, keys(1_000_000)), 413),
        ("a number that is too large", r#"{"count":1e999999}"#.to_owned(), 400),
        ("a number of a million digits", format!(r#"{{"count":{}}}"#, "9".repeat(1_000_000)), 400),
        ("a number of no digits", r#"{"count":-}"#.to_owned(), 400),
    ] {
        assert_eq!(post("/v1/stock", body).await.0, status, "{what}");
    }
}

#[tokio::test]
async fn large_and_deep_queries_are_refused() {
    for (what, query) in [
        ("9 000 parameters", "tags=x&".repeat(9_000)),
        ("20 000 parameters of nothing", "&".repeat(20_000) + "x=1"),
        ("a megabyte that is no field", "x".repeat(1 << 15) + "=1"),
        ("a path of 5 000 fields", "item.".to_owned() + &"inner.".repeat(5_000) + "quantity=1"),
        ("a value of 5 000 arrays", format!("filter={{\"a\":{}", "[".repeat(5_000)).replace(['{', '"', '['], "%5B")),
        ("a key of a map of brackets", "labels".to_owned() + &"[".repeat(5_000) + "=1"),
    ] {
        let request = Request::get(format!("/v1/stock/a?{query}")).body(Body::empty()).expect(what);
        assert_eq!(send(request).await.0, 400, "{what}");
    }
}

#[tokio::test]
async fn long_and_odd_paths_are_served_or_refused() {
    for (what, path, status) in [
        ("20 000 segments", "/a".repeat(20_000), 404),
        ("20 000 segments that are taken", "/v1/files".to_owned() + &"/a".repeat(20_000), 200),
        ("a long segment", format!("/v1/stock/{}", "a".repeat(60_000)), 200),
        ("many verbs", format!("/v1/stock/{}", ":set".repeat(10_000)), 200),
        ("many escapes", format!("/v1/stock/{}", "%41".repeat(20_000)), 200),
        ("half an escape", "/v1/stock/%4".to_owned(), 400),
        ("an overlong slash", "/v1/stock/%C0%AF".to_owned(), 400),
        ("a surrogate", "/v1/stock/%ED%A0%80".to_owned(), 400),
        ("a line break", "/v1/stock/a%0D%0Ab".to_owned(), 200),
        ("a byte of delete", "/v1/stock/%7F".to_owned(), 200),
        ("a control of C1", "/v1/stock/%C2%85".to_owned(), 200),
    ] {
        let request = Request::get(path).body(Body::empty()).expect(what);
        assert_eq!(send(request).await.0, status, "{what}");
    }
}

#[tokio::test]
async fn malformed_headers_are_refused_or_dropped() {
    for (name, value, status) in [
        ("grpc-metadata-x-bin", &b"???"[..], 400),
        ("grpc-metadata-x", &[0xff], 200),
        ("grpc-timeout", b"abc", 400),
        ("grpc-timeout", &[0xff], 400),
        ("x-http-method-override", b"PUT", 200),
    ] {
        let request = Request::get("/v1/stock/a").header(name, value).body(Body::empty()).expect("a request");
        assert_eq!(send(request).await.0, status, "{name} {value:?}");
    }
}

/// A preflight of another origin gets no CORS headers, and does not reach the service.
#[tokio::test]
async fn cors_preflights_get_no_permission() {
    let shelf = Arc::new(Shelf::default());
    let router = stock_gateway(shelf.clone()).into_router();
    let request = Request::options("/v1/stock")
        .header("origin", "https://other.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    assert!(!response.headers().keys().any(|name| name.as_str().starts_with("access-control")));
    assert_eq!(shelf.calls.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn texts_of_errors_are_escaped() {
    let get = |path: &str| send(Request::get(path).body(Body::empty()).expect("a request"));
    let message = "{\"code\":10,\"message\":\"a\\r\\nx-b: \\\"c\\\"\\u0000\u{2028}\",\"details\":[]}";
    assert_eq!(get("/v1/stock/odd").await, (409, message.to_owned()));
    assert_eq!(get("/v1/stock/split").await.0, 500, "a line break is no metadata");
}
