//! Reflection, read by a client that is not ours.

use prost::Message;
use rust_svc::{Server, wkt};
use tonic::Code;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::support::{Running, start, start_with};

fn descriptors() -> &'static [u8] {
    let service = |name: &str| wkt::ServiceDescriptorProto { name: Some(name.into()), ..Default::default() };
    let file = wkt::FileDescriptorProto {
        name: Some("test/v1/echo.proto".into()),
        package: Some("test.v1".into()),
        service: vec![service("Echo"), service("NotServed")],
        ..Default::default()
    };
    wkt::FileDescriptorSet { file: vec![file] }.encode_to_vec().leak()
}

async fn ask(server: &Running, request: MessageRequest) -> Result<MessageResponse, tonic::Status> {
    let mut client = ServerReflectionClient::new(server.channel().await);
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let answers = client.server_reflection_info(futures::stream::iter([request])).await?;
    let answer = answers.into_inner().message().await?.expect("an answer");
    Ok(answer.message_response.expect("a response"))
}

#[tokio::test]
async fn off_unless_asked_for() {
    let refused = ask(&start().await, MessageRequest::ListServices(String::new())).await.expect_err("off");
    assert_eq!(refused.code(), Code::Unimplemented);
}

#[tokio::test]
async fn tells_what_is_served() {
    let server = start_with(|server| server.reflection(descriptors())).await;
    let answer = ask(&server, MessageRequest::ListServices(String::new())).await.expect("on");
    let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    let own = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "test.v1.Echo",
    ];
    assert_eq!(names, own);
    for name in names {
        let answer = ask(&server, MessageRequest::FileContainingSymbol(name)).await.expect("on");
        assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{answer:?}");
    }
}

#[tokio::test]
async fn health_is_described_as_others_do() {
    let server = start_with(|server| server.reflection(descriptors())).await;
    let question = MessageRequest::FileContainingSymbol("grpc.health.v1.Health".into());
    let answer = ask(&server, question).await.expect("on");
    let MessageResponse::FileDescriptorResponse(files) = answer else { panic!("{answer:?}") };
    let file = wkt::FileDescriptorProto::decode(&*files.file_descriptor_proto[0]).expect("a file");
    let theirs = wkt::FileDescriptorSet::decode(tonic_health::pb::FILE_DESCRIPTOR_SET).expect("files");
    let of = |file: &wkt::FileDescriptorProto| {
        let mut messages = file.message_type.clone();
        messages.retain(|message| ["HealthCheckRequest", "HealthCheckResponse"].contains(&message.name()));
        let mut methods = file.service[0].method.clone();
        methods.retain(|method| ["Check", "Watch"].contains(&method.name()));
        methods.iter_mut().for_each(|method| {
            method.options = None;
            method.client_streaming = None;
            method.server_streaming = method.server_streaming.filter(|streaming| *streaming);
        });
        (file.package.clone(), messages, methods)
    };
    assert_eq!(of(&file), of(&theirs.file[0]));
}

#[tokio::test]
async fn unreadable_descriptors_fail_at_the_start() {
    let error = Server::new().reflection(b"\xff").bind("127.0.0.1:0").await.expect_err("garbage");
    assert_eq!(error.message(), "the descriptors for reflection are not a google.protobuf.FileDescriptorSet");
}
