//! Calls that several services forward.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use rust_svc::{
    Client, Code, Context, Error, Result, Streaming,
    adapter::Routes,
    async_trait,
    intercept::{Chain, RequestId},
};
use tower::ServiceExt as _;

use crate::golden::user::user::v1::{
    GetUserRequest, ListUsersRequest, User, UserService, UserServiceClient, UserUpdate, user_service_adapter,
    user_service_gateway,
};

/// Sets a header and a trailer, and fails on request.
struct Last;

#[async_trait]
impl UserService for Last {
    async fn get_user(&self, cx: Context, request: GetUserRequest) -> Result<User> {
        cx.set_header("x-header", "last")?;
        cx.set_trailer("x-trailer", "last")?;
        match request.user_id.as_str() {
            "none" => Err(Error::not_found("no such user")),
            _ => Ok(User::default()),
        }
    }

    async fn list_users(&self, cx: Context, _: ListUsersRequest) -> Result<Streaming<User>> {
        cx.set_trailer("x-trailer", "last")?;
        Ok(Streaming::new(futures::stream::iter([Ok(User::default()), Err(Error::aborted("no more"))])))
    }

    async fn stream_updates(&self, _: Context, _: Streaming<UserUpdate>) -> Result<Streaming<User>> {
        Ok(Streaming::empty())
    }
}

/// A client of the service behind this many services that forward its calls.
fn behind(hops: usize, chain: &Chain) -> UserServiceClient {
    let client = |routes: Routes| UserServiceClient(Client::from_service(routes));
    let last = client(Routes::from(user_service_adapter(Arc::new(Last))));
    (0..hops).fold(last, |next, _| client(Routes::from(user_service_adapter(Arc::new(next))).chain(chain)))
}

#[tokio::test]
async fn metadata_of_a_failed_call_is_not_duplicated_by_hops() {
    for hops in 0..4 {
        let client = behind(hops, &Chain::new());
        let cx = Context::new();
        let request = GetUserRequest { user_id: "none".into() };
        assert_eq!(client.get_user(cx.clone(), request).await.expect_err("there is none").code(), Code::NotFound);
        assert_eq!(cx.trailers().get_all("x-trailer").count(), 1, "{hops} hops");
        assert_eq!(cx.headers().get_all("x-header").count(), 1, "{hops} hops");
        let cx = Context::new();
        let users = client.list_users(cx.clone(), ListUsersRequest::default()).await.expect("a stream");
        assert_eq!(users.collect().await.expect_err("it breaks off").code(), Code::Aborted);
        assert_eq!(cx.trailers().get_all("x-trailer").count(), 1, "{hops} hops");
    }
}

#[tokio::test]
async fn headers_of_an_interceptor_pass_hops() {
    let chain = Chain::new().intercept(RequestId::new());
    let cx = Context::new().with_metadata("x-request-id", "r-1").expect("metadata");
    behind(2, &chain).get_user(cx.clone(), GetUserRequest::default()).await.expect("a user");
    assert_eq!(cx.headers().get("x-request-id"), Some("r-1"));
    assert_eq!(cx.headers().get("x-header"), Some("last"));

    let routes = rust_svc::gateway::GatewayRoutes::from(user_service_gateway(Arc::new(behind(1, &Chain::new()))));
    let request = http::Request::get("/v1/users/ada").header("grpc-metadata-x-request-id", "r-2");
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let response = routes.chain(&chain).into_router().oneshot(request).await.expect("infallible");
    for name in ["grpc-metadata-x-request-id", "grpc-metadata-x-header"] {
        assert!(response.headers().contains_key(name), "{name} is not in {:?}", response.headers());
    }
    response.into_body().collect().await.expect("a body");
}
