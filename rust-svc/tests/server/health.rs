//! The health service, read by tonic's client.

use std::time::Duration;

use tonic::{Code, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use crate::{
    echo::Event,
    support::{Running, start, start_with},
};

async fn health(server: &Running) -> HealthClient<Channel> {
    HealthClient::new(server.channel().await)
}

async fn check(client: &mut HealthClient<Channel>, service: &str) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest { service: service.into() };
    client.check(request).await.map(|response| response.get_ref().status()).map_err(|status| status.code())
}

#[tokio::test]
async fn health_is_reported_per_service_and_overall() {
    let server = start().await;
    let mut client = health(&server).await;
    for service in ["", "test.v1.Echo", "grpc.health.v1.Health"] {
        assert_eq!(check(&mut client, service).await, Ok(ServingStatus::Serving), "{service}");
    }
    assert_eq!(check(&mut client, "test.v1.Nope").await, Err(Code::NotFound));
}

#[tokio::test]
async fn services_set_whether_they_are_ready() {
    let ready = rust_svc::server::Health::new();
    ready.set("test.v1.Echo", false);
    let server = start_with(|server| server.health(&ready)).await;
    let mut client = health(&server).await;
    let request = |service: &str| HealthCheckRequest { service: service.into() };
    let mut echo = client.watch(request("test.v1.Echo")).await.expect("a stream").into_inner();
    let mut whole = client.watch(request("")).await.expect("a stream").into_inner();
    for watch in [&mut echo, &mut whole] {
        assert_eq!(watch.message().await.expect("a status").map(|it| it.status()), Some(ServingStatus::NotServing));
    }
    assert_eq!(check(&mut client, "grpc.health.v1.Health").await, Ok(ServingStatus::Serving));
    assert_eq!(crate::http::fetch(server.address, "/healthz").await, (503, "NOT_SERVING\n".into()));
    assert_eq!(server.client().await.one("a").await.expect("not ready, but still served"), "a");

    ready.set("database", false);
    ready.set("test.v1.Echo", true);
    assert_eq!(echo.message().await.expect("a status").map(|it| it.status()), Some(ServingStatus::Serving));
    assert_eq!(check(&mut client, "").await, Ok(ServingStatus::NotServing));
    ready.set("database", true);
    assert_eq!(whole.message().await.expect("a status").map(|it| it.status()), Some(ServingStatus::Serving));
    assert_eq!(crate::http::fetch(server.address, "/healthz").await, (200, "SERVING\n".into()));
}

#[tokio::test]
async fn watches_end_with_not_serving_when_the_server_stops() {
    let mut server = start_with(|server| server.lame_duck(Duration::from_secs(600))).await;
    let mut client = health(&server).await;
    let mut echo = server.client().await;
    let watch = async |client: &mut HealthClient<Channel>, service: &str| {
        let request = HealthCheckRequest { service: service.into() };
        client.watch(request).await.expect("a stream").into_inner()
    };
    let mut known = watch(&mut client, "test.v1.Echo").await;
    let mut unknown = watch(&mut client, "test.v1.Nope").await;
    let status = |message: Option<tonic_health::pb::HealthCheckResponse>| message.map(|it| it.status());
    assert_eq!(status(known.message().await.expect("a status")), Some(ServingStatus::Serving));
    assert_eq!(status(unknown.message().await.expect("a status")), Some(ServingStatus::ServiceUnknown));

    server.stop();
    assert_eq!(status(known.message().await.expect("a status")), Some(ServingStatus::NotServing));
    assert_eq!(known.message().await.expect("an end"), None);
    assert_eq!(unknown.message().await.expect("an end").map(|it| it.status()), Some(ServingStatus::ServiceUnknown));
    assert_eq!(unknown.message().await.expect("an end"), None);
    assert_eq!(check(&mut client, "test.v1.Echo").await, Ok(ServingStatus::NotServing));
    assert_eq!(echo.one("still served").await.expect("an answer"), "still served");
    assert_eq!(server.event().await, Event::Called);
}
