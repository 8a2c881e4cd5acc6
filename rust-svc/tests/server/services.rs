//! Tower services and layers beside adapters.

use std::{convert::Infallible, time::Duration};

use axum::Router;
use futures::StreamExt;
use http::{HeaderValue, Request, Response};
use rust_svc::{Body, Server, server::Health};
use tonic::{Code, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use tower::util::MapResponseLayer;

use crate::{
    http::fetch,
    raw,
    support::{Client, Running, soon, start_with},
};

/// The full name of the service that tonic serves in these tests.
const NAME: &str = "grpc.reflection.v1.ServerReflection";

/// A service of tonic, which lists itself.
macro_rules! tonic_service {
    () => {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET)
            .build_v1()
            .expect("descriptors")
    };
}

fn question() -> ServerReflectionRequest {
    let message_request = Some(MessageRequest::ListServices(String::new()));
    ServerReflectionRequest { host: String::new(), message_request }
}

/// Calls the service of tonic by a client of tonic.
async fn list_services(channel: Channel) -> Result<Vec<String>, tonic::Status> {
    let mut client = ServerReflectionClient::new(channel);
    let responses = client.server_reflection_info(futures::stream::iter([question()])).await?;
    let response = responses.into_inner().message().await?.expect("a response");
    let Some(MessageResponse::ListServicesResponse(list)) = response.message_response else { panic!("{response:?}") };
    Ok(list.service.into_iter().map(|service| service.name).collect())
}

#[tokio::test]
async fn a_tonic_service_is_served_beside_adapters() {
    let health = Health::new();
    let server = start_with(|server| server.health(&health).service(NAME, tonic_service!())).await;
    let channel = server.channel().await;
    assert_eq!(list_services(channel.clone()).await.expect("a list"), [NAME]);
    assert_eq!(Client::new(channel.clone()).one("a").await.expect("an answer"), "a");

    health.set(NAME, false);
    let check = HealthCheckRequest { service: NAME.to_owned() };
    let status = HealthClient::new(channel).check(check).await.expect("a known service").into_inner();
    assert_eq!(status.status, 2);
}

#[tokio::test]
async fn a_tonic_service_is_served_where_only_grpc_is() {
    let server = Server::new().service(NAME, tonic_service!());
    let bound = server.bind(rust_svc::server::Listen::at("127.0.0.1:0").grpc()).await.expect("a port");
    let address = bound.local_addr();
    tokio::spawn(bound.run_until(std::future::pending()));
    assert_eq!(list_services(crate::support::connect(address).await).await.expect("a list"), [NAME]);
}

#[tokio::test]
async fn calls_of_a_tonic_service_end_with_unavailable_when_the_server_stops() {
    let mut server =
        start_with(|server| server.shutdown_after(Duration::from_millis(50)).service(NAME, tonic_service!())).await;
    let requests = futures::stream::iter([question()]).chain(futures::stream::pending());
    let mut client = ServerReflectionClient::new(server.channel().await);
    let responses = client.server_reflection_info(requests).await.expect("an answer");
    let mut responses = responses.into_inner();
    responses.message().await.expect("no error").expect("a response");
    server.stop();
    let status = soon(responses.message()).await.expect_err("the server stops");
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "the server stops"));
    server.ended().await;
}

#[tokio::test]
async fn a_tower_service_of_http_is_served_beside_adapters() {
    let files = tower::service_fn(async |request: Request<Body>| {
        let path = request.uri().path().to_owned();
        Ok::<_, Infallible>(Response::new(http_body_util::Full::from(path)))
    });
    let server = start_with(|server| server.service("files", files)).await;
    assert_eq!(fetch(server.address, "/files/a/b").await, (200, "/files/a/b".into()));
    assert_eq!(fetch(server.address, "/files").await.0, 404);
}

#[tokio::test]
async fn http_routes_get_grpc_requests_without_an_adapter() {
    let router = Router::new().route_service(&format!("/{NAME}/{{*method}}"), tonic_service!());
    let server = start_with(|server| server.http(router)).await;
    assert_eq!(list_services(server.channel().await).await.expect("a list"), [NAME]);
    for path in ["/test.v1.Nope/Unary", "/test.v1.Echo/Nope", "/nope"] {
        let unknown = raw::exchange(server.address, raw::request(path), raw::frame("a")).await;
        assert_eq!(unknown.grpc().0, "12", "{path}");
    }
}

async fn start_layered() -> Running {
    let name = |name: &'static str| {
        MapResponseLayer::new(move |mut response: Response<Body>| {
            response.headers_mut().append("x-layer", HeaderValue::from_static(name));
            response
        })
    };
    start_with(|server| server.service(NAME, tonic_service!()).layer(name("inner")).layer(name("outer"))).await
}

#[tokio::test]
async fn layers_wrap_all_requests_in_their_order() {
    let server = start_layered().await;
    for (path, body) in [
        ("/test.v1.Echo/Unary", raw::frame("a")),
        ("/test.v1.Nope/Unary", raw::frame("a")),
        ("/grpc.health.v1.Health/Check", raw::frame("")),
    ] {
        let answer = raw::exchange(server.address, raw::request(path), body).await;
        let layers: Vec<_> = answer.headers.get_all("x-layer").iter().collect();
        assert_eq!(layers, ["inner", "outer"], "{path}");
    }
    assert_eq!(fetch(server.address, "/healthz").await, (200, "SERVING\n".into()));
    assert_eq!(list_services(server.channel().await).await.expect("a list"), [NAME]);
    assert_eq!(server.client().await.one("a").await.expect("an answer"), "a");
}

#[tokio::test]
async fn calls_below_layers_end_with_unavailable_when_the_server_stops() {
    let layer = MapResponseLayer::new(|response: Response<Body>| response);
    let mut server = start_with(|server| server.shutdown_after(Duration::from_millis(50)).layer(layer)).await;
    let mut client = server.client().await;
    let call = tokio::spawn(async move { client.one("hang").await });
    server.event().await;
    server.stop();
    let status = soon(call).await.expect("no panic").expect_err("the server stops");
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "the server stops"));
    server.ended().await;
}
