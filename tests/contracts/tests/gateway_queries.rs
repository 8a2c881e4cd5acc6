//! HTTP requests with fields whose names are keywords, and the errors of malformed ones.

use std::{collections::BTreeMap, sync::Arc};

use axum::body::Body;
use contracts::edge_cases::queries::edge::queries::{
    Ask, E, QueriesFake, Raw, ask::Choice, queries_gateway, raw::Self_,
};
use http_body_util::BodyExt as _;
use rust_svc::{FieldMask, SignedDuration, Timestamp, gateway};
use tower::ServiceExt as _;

/// Sends a request to a service with this response. Returns the request that the service received, if any, the status
/// and the body.
async fn send(verb: &str, uri: &str, body: &str, answer: Ask) -> (Option<Ask>, u16, String) {
    let fake = QueriesFake::new();
    fake.ask.always(answer);
    let gateway = gateway::GatewayRoutes::from(queries_gateway(Arc::new(fake.clone()))).into_router();
    let request = http::Request::builder().method(verb).uri(uri).header("content-type", "application/json");
    let response = gateway.oneshot(request.body(Body::from(body.to_owned())).expect("a request")).await;
    let response = response.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (fake.ask.requests().pop(), status, String::from_utf8_lossy(&body).into_owned())
}

/// The message that the service receives.
async fn asked(verb: &str, uri: &str, body: &str) -> Ask {
    let (asked, status, text) = send(verb, uri, body, Ask::default()).await;
    asked.unwrap_or_else(|| panic!("{verb} {uri}: {status} {text}"))
}

/// The error of a malformed request.
async fn refused(verb: &str, uri: &str, body: &str) -> String {
    let (asked, status, text) = send(verb, uri, body, Ask::default()).await;
    assert_eq!((asked, status), (None, 400), "{verb} {uri}: {text}");
    text
}

/// The body of a response.
async fn answered(uri: &str, answer: Ask) -> String {
    let (_, status, text) = send("GET", uri, "", answer).await;
    assert_eq!(status, 200, "{uri}: {text}");
    text
}

fn raw(raw: &[u8], self_: Option<Self_>) -> Option<Raw> {
    Some(Raw { raw: raw.into(), self_: self_.map(Box::new) })
}

fn epoch() -> Timestamp {
    Timestamp::new(0, 0).expect("a time")
}

fn super_(text: &str) -> Self_ {
    Self_ { super_: text.into(), ..Self_::default() }
}

#[tokio::test]
async fn a_path_fills_fields() {
    assert_eq!(
        asked("GET", "/v1/shelves/a/b/c:self", "").await,
        Ask { r#type: "shelves/a/b/c".into(), ..Ask::default() }
    );
    assert_eq!(asked("HEAD", "/v1/ask", "").await, Ask::default());
    let path = "/v1/crate/x/mod/y/z";
    assert_eq!(asked("OPTIONS", path, "").await, Ask { r#fn: "crate/x/mod/y/z".into(), ..Ask::default() });
    let within = Self_ { at: Some(epoch()), ..super_("s u") };
    let path = "/v1/_/s%20u/1970-01-01T00:00:00Z/MQ==";
    assert_eq!(asked("GET", path, "").await, Ask { r: raw(b"1", Some(within)), ..Ask::default() });
}

#[tokio::test]
async fn a_query_fills_fields_by_either_name() {
    let query = "Fn=f&type=t&r.self.super=s&r.self.ref=1&r.self.ref=-2&types=a&types=b&impl[k.x].raw=MQ&enums=type\
                 &enums=-1&times=1970-01-01T00:00:00Z&mask=aB,c&wrapped=1&wrapped=-2&nan=-Infinity&choiceB=1.5s\
                 &maybe=E_UNSPECIFIED&raws=_-8&raws=&%40x-y+z%26%3D=q&e=E_NONE&null=null&$alt=1.5&doubles=1e3";
    let expected = Ask {
        r#fn: "f".into(),
        r#type: "t".into(),
        r: raw(b"", Some(Self_ { r#ref: vec![1, -2], ..super_("s") })),
        types: vec!["a".into(), "b".into()],
        r#impl: BTreeMap::from([("k.x".into(), Raw { raw: b"1".into(), self_: None })]),
        enums: vec![E::Type, E::Self_],
        times: vec![epoch()],
        mask: Some(FieldMask { paths: vec!["a_b".into(), "c".into()] }),
        wrapped: vec![1, -2],
        nan: Some(f64::NEG_INFINITY),
        choice: Some(Choice::ChoiceB(SignedDuration::new(1, 500_000_000).expect("a duration"))),
        // It is present and empty.
        maybe: Some(E::Unrecognized(0)),
        raws: vec![vec![0xff, 0xef], vec![]],
        mask2: Some("q".into()),
        null: "null".into(),
        alt: 1.5,
        doubles: vec![1e3],
        ..Ask::default()
    };
    assert_eq!(asked("GET", &format!("/v1/ask?{query}"), "").await, expected);
    assert_eq!(
        asked("GET", "/v1/ask?_mask=&alt=2", "").await,
        Ask { mask2: Some(String::new()), alt: 2.0, ..Ask::default() }
    );
}

#[tokio::test]
async fn malformed_queries_name_their_parameters() {
    for (query, said) in [
        ("choiceA=x&choiceC=MQ", "choice_c"),
        ("foo=1", "foo"),
        ("enums=TYPE", "enums"),
        ("r=1", "r"),
        ("r.self.at=now", "r.self.at"),
        ("types.x=1", "types"),
        ("nan=x", "nan"),
        ("impl[k]=1", "impl"),
        ("Fn=a&fn=b", "fn"),
    ] {
        let text = refused("GET", &format!("/v1/ask?{query}"), "").await;
        assert!(text.contains(&format!("\"field\":\"{said}")), "{query}: {text}");
    }
}

#[tokio::test]
async fn a_body_sets_a_field_that_the_path_does_not() {
    let named = Ask { r#type: "t".into(), r: raw(b"1", None), ..Ask::default() };
    assert_eq!(asked("POST", "/v1/named/t", r#"{"raw":"MQ=="}"#).await, named);
    let lists = Ask { r: raw(b"1", None), types: vec!["x".into(), "y".into()], ..Ask::default() };
    assert_eq!(asked("POST", "/v1/lists/MQ==", r#"["x","y"]"#).await, lists);
    let all = Ask { r: raw(b"1", Some(super_("s"))), r#fn: "f".into(), ..Ask::default() };
    assert_eq!(asked("POST", "/v1/all/s", r#"{"r":{"raw":"MQ=="},"Fn":"f"}"#).await, all);
    let nested = Ask { r: raw(b"", Some(Self_ { r#ref: vec![1], ..super_("s") })), ..Ask::default() };
    assert_eq!(asked("POST", "/v1/nested/s", r#"{"self":{"ref":[1]}}"#).await, nested);
    refused("POST", "/v1/nested/s", r#"{"self":{"super":"other"}}"#).await;
    refused("POST", "/v1/named/t?r.raw=MQ", "{}").await;
    refused("POST", "/v1/all/s?Fn=f", "{}").await;
}

#[tokio::test]
async fn a_response_body_is_a_field() {
    assert_eq!(answered("/v1/lists", Ask { types: vec!["a".into()], ..Ask::default() }).await, r#"["a"]"#);
    assert_eq!(answered("/v1/lists", Ask::default()).await, "[]");
    let entry = BTreeMap::from([("k".into(), Raw { raw: b"1".into(), self_: None })]);
    assert_eq!(answered("/v1/maps", Ask { r#impl: entry, ..Ask::default() }).await, r#"{"k":{"raw":"MQ=="}}"#);
    assert_eq!(answered("/v1/maps", Ask::default()).await, "{}");
    let lasts = Choice::ChoiceB(SignedDuration::new(1, 500_000_000).expect("a duration"));
    assert_eq!(answered("/v1/mask/x", Ask { choice: Some(lasts), ..Ask::default() }).await, "\"1.500s\"");
    assert_eq!(answered("/v1/mask/x", Ask::default()).await, "null");
    let all = Ask { r#fn: "f".into(), mask2: Some("m".into()), null: "n".into(), alt: 1.5, ..Ask::default() };
    assert_eq!(answered("/v1/ask", all).await, r#"{"Fn":"f","@x-y z&=":"m","null":"n","$alt":1.5}"#);
}
