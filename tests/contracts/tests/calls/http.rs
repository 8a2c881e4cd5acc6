//! The routes of a generated gateway, over HTTP.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use rust_svc::{Context, Result, Streaming, async_trait, gateway};
use tower::ServiceExt as _;

use crate::golden::{
    fields::fields::v1::{Demanding, Everything, FieldService, field_service_gateway},
    two_services::shop::v1::{
        Article, Receipt, ReturnsService, SalesService, returns_service_gateway, sales_service_gateway,
    },
    user::user::v1::{GetUserRequest, ListUsersRequest, User, UserService, UserUpdate, user, user_service_gateway},
};

/// Returns its requests.
struct Echo;

#[async_trait]
impl FieldService for Echo {
    async fn echo(&self, _: Context, request: Everything) -> Result<Everything> {
        Ok(request)
    }

    async fn check(&self, _: Context, request: Demanding) -> Result<Demanding> {
        Ok(request)
    }
}

#[async_trait]
impl UserService for Echo {
    async fn get_user(&self, _: Context, request: GetUserRequest) -> Result<User> {
        Ok(User { user_id: request.user_id, status: Some(user::Status::Active), ..User::default() })
    }

    async fn list_users(&self, _: Context, request: ListUsersRequest) -> Result<Streaming<User>> {
        let users = (0..request.page_size).map(move |id| User {
            user_id: id.to_string(),
            status: request.status,
            ..User::default()
        });
        Ok(Streaming::from_messages(users))
    }

    async fn stream_updates(&self, _: Context, _: Streaming<UserUpdate>) -> Result<Streaming<User>> {
        Ok(Streaming::empty())
    }
}

#[async_trait]
impl SalesService for Echo {
    async fn sell(&self, _: Context, request: Article) -> Result<Receipt> {
        Ok(Receipt { receipt_id: "r-1".into(), article: Some(request) })
    }
}

#[async_trait]
impl ReturnsService for Echo {
    async fn take_back(&self, _: Context, _: Receipt) -> Result<()> {
        Ok(())
    }
}

/// Calls all gateways together. Returns status and body.
async fn call(method: &str, path: &str, body: &str) -> (u16, String) {
    let service = Arc::new(Echo);
    let routes = gateway::GatewayRoutes::from(field_service_gateway(service.clone()))
        .merge(user_service_gateway(service.clone()))
        .merge(sales_service_gateway(service.clone()))
        .merge(returns_service_gateway(service));
    let request = http::Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.body(axum::body::Body::from(body.to_owned())).expect("a request");
    let response = routes.into_router().oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("a text"))
}

#[tokio::test]
async fn path_query_and_body_fill_the_message() {
    let (status, body) = call("GET", "/v1/users/ada%2Fb", "").await;
    assert_eq!((status, body.as_str()), (200, r#"{"userId":"ada/b","status":"STATUS_ACTIVE"}"#));
    let (status, body) = call("POST", "/v1/sales", r#"{"sku":"tea","quantity":2}"#).await;
    assert_eq!((status, body.as_str()), (200, r#"{"receiptId":"r-1","article":{"sku":"tea","quantity":2}}"#));
    let (status, body) =
        call("GET", "/v1/echo/tea?numbers=1&numbers=2&part.name=x&color=COLOR_RED&anInt64=5", "").await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body, r#"{"anInt64":"5","text":"tea","color":"COLOR_RED","part":{"name":"x"},"numbers":[1,2]}"#);
    let (status, body) = call("GET", "/v1/docs/a/b/c/d", "").await;
    assert_eq!((status, body.as_str()), (200, r#"{"text":"d","part":{"name":"a/b/c"}}"#));
    let (status, body) = call("PUT", "/v1/echo/tea/part", r#"{"name":"wheel"}"#).await;
    assert_eq!((status, body.as_str()), (200, r#"{"name":"wheel"}"#));
    assert_eq!(call("POST", "/v1/receipts/r-1:return", "").await, (200, "{}".into()));
}

#[tokio::test]
async fn a_server_stream_is_newline_delimited_json() {
    let (status, body) = call("GET", "/v1/users?pageSize=2&status=STATUS_SUSPENDED", "").await;
    assert_eq!(status, 200);
    let lines: Vec<_> = body.lines().collect();
    assert_eq!(
        lines,
        [r#"{"userId":"0","status":"STATUS_SUSPENDED"}"#, r#"{"userId":"1","status":"STATUS_SUSPENDED"}"#]
    );
}

#[tokio::test]
async fn every_kind_of_field_has_json() {
    let json = r#"{"aDouble":1.5,"anInt64":"-7","text":"tea","data":"AP8=","color":"COLOR_RED","level":"HIGH","maybeInt32":0,"colors":["COLOR_GREEN",9],"times":["1970-01-01T00:00:01Z"],"partsByNumber":{"7":{"name":"wheel"}},"colorsByFlag":{"true":"COLOR_RED"},"spans":{"s":"-1s"},"since":"1970-01-01T00:00:00Z","span":"1.500s","mask":"text,part.name","any":{"@type":"type.googleapis.com/fields.v1.Part","name":"x"},"object":{"k":2.5},"value":[null,"x"],"list":[true],"empty":{},"wrappedText":"w","wrappedFlags":[true,false],"values":{"v":null},"parent":{"text":"p"},"deeper":{"back":{}}}"#;
    let (status, body) = call("POST", "/v1/echo", json).await;
    assert_eq!((status, body.as_str()), (200, json));
}

#[tokio::test]
async fn violations_name_their_fields_in_json() {
    let (status, body) = call("POST", "/v1/check", r#"{"name":"x","parts":[{}]}"#).await;
    assert_eq!(status, 400);
    for field in ["data", "part", "texts", "by_name", "color", "time"] {
        assert!(
            body.contains(&format!(r#"{{"field":"{field}","description":"is required","reason":"REQUIRED"}}"#)),
            "{body}"
        );
    }
    let (status, body) = call("POST", "/v1/echo", r#"{"part":{"quantity":"many"}}"#).await;
    assert_eq!(status, 400);
    assert!(body.contains("part.quantity"), "{body}");
    assert_eq!(call("DELETE", "/v1/echo", "").await.0, 405);
    assert_eq!(call("GET", "/v1/nothing", "").await.0, 404);
    assert_eq!(call("GET", "/v1/users?pageSiz=2", "").await.0, 400);
}
