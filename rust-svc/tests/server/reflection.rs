//! The reflection service, read by tonic's client.

use futures::TryStreamExt;
use prost::Message;
use rust_svc::{
    Error, Server,
    intercept::{Bearer, Chain},
    wkt,
};
use tonic::{Code, Status, client::Grpc};
use tonic_prost::ProstCodec;
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, ExtensionRequest, ServerReflectionRequest, ServerReflectionResponse,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::support::{Running, start, start_with};

const V1: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const V1ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

fn descriptors() -> &'static [u8] {
    let method = wkt::MethodDescriptorProto { name: Some("Unary".into()), ..Default::default() };
    let service = |name: &str| wkt::ServiceDescriptorProto {
        name: Some(name.into()),
        method: vec![method.clone()],
        ..Default::default()
    };
    let file = wkt::FileDescriptorProto {
        service: vec![service("Echo"), service("NotServed")],
        message_type: vec![message("Ping")],
        extension: vec![extension("loud", 100)],
        ..file("test/v1/echo.proto", &["test/v1/base.proto", "test/v1/left.proto", "not/there.proto"])
    };
    encoded([file, file_of_base(), self::file("test/v1/left.proto", &["test/v1/base.proto"])])
}

/// Returns a smaller version of a file that the server knows already, and another file.
fn more_descriptors() -> &'static [u8] {
    let apart = wkt::FileDescriptorProto { extension: vec![extension("quiet", 7)], ..file("test/v1/apart.proto", &[]) };
    encoded([wkt::FileDescriptorProto { message_type: Vec::new(), ..file_of_base() }, apart])
}

fn file_of_base() -> wkt::FileDescriptorProto {
    wkt::FileDescriptorProto { message_type: vec![message("Base")], ..file("test/v1/base.proto", &[]) }
}

fn file(name: &str, imports: &[&str]) -> wkt::FileDescriptorProto {
    let dependency = imports.iter().map(|import| (*import).to_owned()).collect();
    wkt::FileDescriptorProto {
        name: Some(name.into()),
        package: Some("test.v1".into()),
        dependency,
        ..Default::default()
    }
}

/// Returns a message with each kind of element.
fn message(name: &str) -> wkt::DescriptorProto {
    let value = wkt::EnumValueDescriptorProto { name: Some("LOW".into()), number: Some(0), ..Default::default() };
    let pitch = wkt::EnumDescriptorProto { name: Some("Pitch".into()), value: vec![value], ..Default::default() };
    let inner = wkt::DescriptorProto { name: Some("Inner".into()), enum_type: vec![pitch], ..Default::default() };
    wkt::DescriptorProto {
        name: Some(name.into()),
        field: vec![wkt::FieldDescriptorProto { name: Some("text".into()), ..Default::default() }],
        oneof_decl: vec![wkt::OneofDescriptorProto { name: Some("kind".into()), ..Default::default() }],
        nested_type: vec![inner],
        ..Default::default()
    }
}

fn extension(name: &str, number: i32) -> wkt::FieldDescriptorProto {
    wkt::FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        extendee: Some(".test.v1.Base".into()),
        ..Default::default()
    }
}

fn encoded(files: impl Into<Vec<wkt::FileDescriptorProto>>) -> &'static [u8] {
    wkt::FileDescriptorSet { file: files.into() }.encode_to_vec().leak()
}

async fn start_described() -> Running {
    start_with(|server| server.reflection(descriptors()).reflection(more_descriptors())).await
}

/// Sends questions on one stream and returns the answers.
async fn converse(
    server: &Running,
    path: &'static str,
    questions: impl IntoIterator<Item = Option<MessageRequest>>,
) -> Result<Vec<ServerReflectionResponse>, Status> {
    let request = |message_request| ServerReflectionRequest { host: "here".into(), message_request };
    let requests: Vec<_> = questions.into_iter().map(request).collect();
    let mut client = Grpc::new(server.channel().await);
    client.ready().await.expect("a connection");
    let codec = ProstCodec::<ServerReflectionRequest, ServerReflectionResponse>::default();
    let asked = futures::stream::iter(requests.clone());
    let answers = client.streaming(tonic::Request::new(asked), path.parse().expect("a path"), codec).await?;
    let answers: Vec<_> = answers.into_inner().try_collect().await?;
    let heard: Vec<_> = answers.iter().flat_map(|answer| answer.original_request.clone()).collect();
    assert_eq!(heard, requests);
    assert!(answers.iter().all(|answer| answer.valid_host == "here"));
    Ok(answers)
}

async fn ask(server: &Running, request: MessageRequest) -> Result<MessageResponse, Status> {
    let mut answers = converse(server, V1, [Some(request)]).await?;
    Ok(answers.remove(0).message_response.expect("a response"))
}

fn symbol(name: &str) -> Option<MessageRequest> {
    Some(MessageRequest::FileContainingSymbol(name.into()))
}

fn named(name: &str) -> Option<MessageRequest> {
    Some(MessageRequest::FileByFilename(name.into()))
}

fn extending(message: &str, extension_number: i32) -> Option<MessageRequest> {
    let containing_type = message.into();
    Some(MessageRequest::FileContainingExtension(ExtensionRequest { containing_type, extension_number }))
}

fn numbers(message: &str) -> Option<MessageRequest> {
    Some(MessageRequest::AllExtensionNumbersOfType(message.into()))
}

/// Summarizes an answer: the names of files, the numbers of extensions, or the error.
fn summary(answer: ServerReflectionResponse) -> String {
    match answer.message_response.expect("a response") {
        MessageResponse::FileDescriptorResponse(files) => {
            let file = |file: &Vec<u8>| wkt::FileDescriptorProto::decode(&**file).expect("a file").name().to_owned();
            files.file_descriptor_proto.iter().map(file).collect::<Vec<_>>().join(" ")
        }
        MessageResponse::AllExtensionNumbersResponse(ExtensionNumberResponse { base_type_name, extension_number }) => {
            format!("{base_type_name} {extension_number:?}")
        }
        MessageResponse::ErrorResponse(ErrorResponse { error_code, error_message }) => {
            format!("{error_code} {error_message}")
        }
        MessageResponse::ListServicesResponse(list) => format!("{} services", list.service.len()),
    }
}

#[tokio::test]
async fn reflection_is_off_by_default() {
    let refused = ask(&start().await, MessageRequest::ListServices(String::new())).await.expect_err("off");
    assert_eq!(refused.code(), Code::Unimplemented);
}

/// Reflection may reveal more than everyone should see.
#[tokio::test]
async fn interceptors_apply_to_reflection() {
    let nobody = Bearer::new(|_: String| async { Err::<(), _>(Error::unauthenticated("not valid")) });
    let chain = Chain::new().intercept(nobody);
    let server = start_with(|server| server.reflection(descriptors()).chain(&chain)).await;
    let refused = ask(&server, MessageRequest::ListServices(String::new())).await.expect_err("no token");
    assert_eq!(refused.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn served_services_are_listed() {
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
async fn health_is_described_as_in_tonic() {
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
async fn invalid_descriptors_fail_in_bind() {
    let nameless = encoded([wkt::FileDescriptorProto::default()]);
    let inside = encoded([wkt::FileDescriptorProto { message_type: vec![message("")], ..file("a.proto", &[]) }]);
    for descriptors in [b"\xff", &b"\x0a\x01\xff"[..], nameless, inside] {
        let error = Server::new().reflection(descriptors).bind("127.0.0.1:0").await.expect_err("garbage");
        assert_eq!(error.message(), "the descriptors for reflection are not a google.protobuf.FileDescriptorSet");
    }
}

#[tokio::test]
async fn unknown_names_do_not_end_the_stream() {
    let server = start_described().await;
    let list = Some(MessageRequest::ListServices(String::new()));
    let conversation = [
        (symbol("test.v1.Nope"), "5 no such symbol"),
        (symbol(".test.v1.Ping"), "5 no such symbol"),
        (symbol(""), "5 no such symbol"),
        (named("nope.proto"), "5 no such file"),
        (extending("test.v1.Base", 8), "5 no such extension"),
        (extending("test.v1.Nope", 7), "5 no such extension"),
        (numbers("test.v1.Nope"), "5 no such message"),
        (numbers("test.v1.Echo"), "5 no such message"),
        (None, "3 the request asks for nothing that is known"),
        (named("test/v1/left.proto"), "test/v1/left.proto test/v1/base.proto"),
        (extending("test.v1.Base", 7), "test/v1/apart.proto"),
        (extending("test.v1.Base", 100), "test/v1/echo.proto"),
        (numbers("test.v1.Base"), "test.v1.Base [7, 100]"),
        (numbers("test.v1.Ping"), "test.v1.Ping []"),
        (list, "4 services"),
    ];
    for path in [V1, V1ALPHA] {
        let (questions, expected): (Vec<_>, Vec<_>) = conversation.iter().cloned().unzip();
        let answers = converse(&server, path, questions).await.expect("answers");
        assert_eq!(answers.into_iter().map(summary).collect::<Vec<_>>(), expected, "{path}");
    }
}

/// Callers that know the server only by reflection can read the details of its errors.
#[tokio::test]
async fn details_of_errors_are_described() {
    let server = start_described().await;
    let details = ["BadRequest.FieldViolation", "ErrorInfo", "RetryInfo", "Help.Link", "LocalizedMessage", "Status"];
    let questions = details.map(|name| symbol(&format!("google.rpc.{name}")));
    let answers: Vec<_> = converse(&server, V1, questions).await.expect("answers").into_iter().map(summary).collect();
    assert_eq!(answers[0], "google/rpc/error_details.proto google/protobuf/duration.proto");
    assert_eq!(answers[1..5], ["google/rpc/error_details.proto"; 4].map(str::to_owned));
    assert_eq!(answers[5], "google/rpc/status.proto google/protobuf/any.proto");
}

#[tokio::test]
async fn a_file_is_sent_with_its_imports_once() {
    let server = start_described().await;
    let all = "test/v1/echo.proto test/v1/base.proto test/v1/left.proto";
    let questions = [symbol("test.v1.Echo"), symbol("test.v1.Echo"), named("test/v1/base.proto")];
    let answers = converse(&server, V1, questions).await.expect("answers");
    let answers: Vec<_> = answers.into_iter().map(summary).collect();
    assert_eq!(answers, [all, "test/v1/echo.proto", "test/v1/base.proto"]);
    let answers = converse(&server, V1, [symbol("test.v1.Echo")]).await.expect("answers");
    assert_eq!(answers.into_iter().map(summary).collect::<Vec<_>>(), [all], "another stream has not sent it");
}

#[tokio::test]
async fn all_symbols_are_found() {
    let server = start_described().await;
    for name in [
        "test.v1.Echo.Unary",
        "test.v1.NotServed",
        "test.v1.Ping",
        "test.v1.Ping.text",
        "test.v1.Ping.kind",
        "test.v1.Ping.Inner",
        "test.v1.Ping.Inner.Pitch",
        "test.v1.Ping.Inner.LOW",
        "test.v1.loud",
    ] {
        let answers = converse(&server, V1, [symbol(name)]).await.expect("answers");
        let summary = summary(answers.into_iter().next().expect("an answer"));
        assert!(summary.starts_with("test/v1/echo.proto"), "{name}: {summary}");
    }
}

/// Unknown options must survive.
#[tokio::test]
async fn files_are_sent_unchanged() {
    let mut file = file("test/v1/odd.proto", &[]).encode_to_vec();
    file.extend([0xca, 0xbb, 0x1e, 2, b'h', b'i']);
    let mut set = vec![0x0a, u8::try_from(file.len()).expect("a small file")];
    set.extend(&file);
    let server = start_with(|server| server.reflection(set.leak())).await;
    let answer = ask(&server, MessageRequest::FileByFilename("test/v1/odd.proto".into())).await.expect("on");
    let MessageResponse::FileDescriptorResponse(files) = answer else { panic!("{answer:?}") };
    assert_eq!(files.file_descriptor_proto, [file]);
}
