//! The interoperability tests that need neither TLS nor credentials, by their common names.

use std::{fmt::Debug, time::Duration};

use futures::{future::BoxFuture, stream};
use rust_svc::{Client, Code, Context, Error, Result, Sender, Streaming};
use tokio::sync::oneshot;

use super::{
    ECHOED,
    contract::{
        EchoStatus, Empty, Payload, PayloadType, ResponseParameters, SimpleRequest, StreamingInputCallRequest,
        StreamingOutputCallRequest, StreamingOutputCallResponse, TestService, TestServiceClient, UnimplementedService,
        UnimplementedServiceClient,
    },
};

/// The result of a case.
pub type Verdict = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// One case: calls of a client, and checks of their results.
pub type Case = fn(&Client) -> BoxFuture<'_, Verdict>;

/// Each case with its name.
pub const CASES: [(&str, Case); 14] = [
    ("empty_unary", |client| Box::pin(empty_unary(client))),
    ("large_unary", |client| Box::pin(large_unary(client))),
    ("client_streaming", |client| Box::pin(client_streaming(client))),
    ("server_streaming", |client| Box::pin(server_streaming(client))),
    ("ping_pong", |client| Box::pin(ping_pong(client))),
    ("empty_stream", |client| Box::pin(empty_stream(client))),
    ("cancel_after_begin", |client| Box::pin(cancel_after_begin(client))),
    ("cancel_after_first_response", |client| Box::pin(cancel_after_first_response(client))),
    ("timeout_on_sleeping_server", |client| Box::pin(timeout_on_sleeping_server(client))),
    ("status_code_and_message", |client| Box::pin(status_code_and_message(client))),
    ("special_status_message", |client| Box::pin(special_status_message(client))),
    ("custom_metadata", |client| Box::pin(custom_metadata(client))),
    ("unimplemented_method", |client| Box::pin(unimplemented_method(client))),
    ("unimplemented_service", |client| Box::pin(unimplemented_service(client))),
];

/// The sizes of the requests and the responses of streams.
const REQUESTS: [usize; 4] = [27_182, 8, 1_828, 45_904];
pub(super) const RESPONSES: [i32; 4] = [31_415, 9, 2_653, 58_979];

/// The error for a call that should have failed.
pub(super) const NO_ERROR: &str = "the call did not fail";

async fn empty_unary(client: &Client) -> Verdict {
    let response = service(client).empty_call(Context::new(), Empty {}).await?;
    same("the response", response, Empty {})
}

async fn large_unary(client: &Client) -> Verdict {
    let request = SimpleRequest { response_size: 314_159, payload: Some(zeros(271_828)), ..simple() };
    let response = service(client).unary_call(Context::new(), request).await?;
    same("the response", response.payload, Some(zeros(314_159)))
}

async fn client_streaming(client: &Client) -> Verdict {
    let requests = REQUESTS.map(|size| StreamingInputCallRequest { payload: Some(zeros(size)) });
    let requests = Streaming::from_messages(requests);
    let response = service(client).streaming_input_call(Context::new(), requests).await?;
    same("the sum", response.aggregated_payload_size, 74_922)
}

async fn server_streaming(client: &Client) -> Verdict {
    let request = StreamingOutputCallRequest { payload: None, ..asking(0, &RESPONSES) };
    let responses = service(client).streaming_output_call(Context::new(), request).await?;
    let sizes: Vec<_> = responses.collect().await?.iter().map(size).collect();
    same("the sizes", sizes, RESPONSES.to_vec())
}

async fn ping_pong(client: &Client) -> Verdict {
    let (sender, requests) = Streaming::channel(1);
    sender.send(asking(REQUESTS[0], &RESPONSES[..1])).await?;
    let mut responses = service(client).full_duplex_call(Context::new(), requests).await?;
    receive(&mut responses, RESPONSES[0]).await?;
    for (request, response) in REQUESTS.into_iter().zip(RESPONSES).skip(1) {
        sender.send(asking(request, &[response])).await?;
        receive(&mut responses, response).await?;
    }
    drop(sender);
    same("the end", responses.next().await.transpose()?, None)
}

async fn empty_stream(client: &Client) -> Verdict {
    let responses = service(client).full_duplex_call(Context::new(), Streaming::empty()).await?;
    same("the responses", responses.collect().await?, Vec::new())
}

/// The call has begun when its first request is polled.
async fn cancel_after_begin(client: &Client) -> Verdict {
    let (cx, lifeline) = Context::new().with_cancel_guard();
    let (begin, begun) = oneshot::channel();
    let requests = Streaming::new(stream::once(async move {
        let _ = begin.send(());
        std::future::pending().await
    }));
    let service = service(client);
    let cancel = async {
        let _ = begun.await;
        drop(lifeline);
    };
    let (result, ()) = tokio::join!(service.streaming_input_call(cx, requests), cancel);
    same("the code", result.err().ok_or(NO_ERROR)?.code(), Code::Cancelled)
}

async fn cancel_after_first_response(client: &Client) -> Verdict {
    let (cx, lifeline) = Context::new().with_cancel_guard();
    let (_sender, mut responses) = begin(client, cx, asking(REQUESTS[0], &RESPONSES[..1])).await?;
    receive(&mut responses, RESPONSES[0]).await?;
    drop(lifeline);
    same("the code", failure(&mut responses).await?.code(), Code::Cancelled)
}

/// The server sends nothing, because no response is requested and the requests do not end.
async fn timeout_on_sleeping_server(client: &Client) -> Verdict {
    let cx = Context::new().with_timeout(Duration::from_millis(20));
    let error = failed(client, cx, asking(REQUESTS[0], &[])).await?;
    same("the code", error.code(), Code::DeadlineExceeded)
}

async fn status_code_and_message(client: &Client) -> Verdict {
    let status = || Some(EchoStatus { code: 2, message: "test status message".to_owned() });
    let request = SimpleRequest { response_status: status(), ..simple() };
    let error = service(client).unary_call(Context::new(), request).await.err().ok_or(NO_ERROR)?;
    same("the status", (error.code(), error.message()), (Code::Unknown, "test status message"))?;

    let request = StreamingOutputCallRequest { response_status: status(), ..asking(0, &[]) };
    let error = failed(client, Context::new(), request).await?;
    same("the status of a stream", (error.code(), error.message()), (Code::Unknown, "test status message"))
}

async fn special_status_message(client: &Client) -> Verdict {
    let message = "\t\ntest with whitespace\r\nand Unicode BMP \u{263a} and non-BMP \u{1f608}\t\n";
    let status = EchoStatus { code: 2, message: message.to_owned() };
    let request = SimpleRequest { response_status: Some(status), ..simple() };
    let error = service(client).unary_call(Context::new(), request).await.err().ok_or(NO_ERROR)?;
    same("the status", (error.code(), error.message()), (Code::Unknown, message))
}

async fn custom_metadata(client: &Client) -> Verdict {
    let cx = with_metadata()?;
    let request = SimpleRequest { response_size: 1, payload: Some(zeros(1)), ..simple() };
    service(client).unary_call(cx.clone(), request).await?;
    check_metadata(&cx)?;

    let cx = with_metadata()?;
    let (sender, mut responses) = begin(client, cx.clone(), asking(1, &[1])).await?;
    receive(&mut responses, 1).await?;
    drop(sender);
    same("the end", responses.next().await.transpose()?, None)?;
    check_metadata(&cx)
}

async fn unimplemented_method(client: &Client) -> Verdict {
    let result = service(client).unimplemented_call(Context::new(), Empty {}).await;
    same("the code", result.err().ok_or(NO_ERROR)?.code(), Code::Unimplemented)
}

async fn unimplemented_service(client: &Client) -> Verdict {
    let service = UnimplementedServiceClient(client.clone());
    let result = service.unimplemented_call(Context::new(), Empty {}).await;
    same("the code", result.err().ok_or(NO_ERROR)?.code(), Code::Unimplemented)
}

pub(super) fn service(client: &Client) -> TestServiceClient {
    TestServiceClient(client.clone())
}

/// Starts a stream with its first request, which a server may await before it sends headers.
async fn begin(
    client: &Client,
    cx: Context,
    first: StreamingOutputCallRequest,
) -> Result<(Sender<StreamingOutputCallRequest>, Streaming<StreamingOutputCallResponse>)> {
    let (sender, requests) = Streaming::channel(1);
    sender.send(first).await?;
    Ok((sender, service(client).full_duplex_call(cx, requests).await?))
}

pub(super) async fn receive(responses: &mut Streaming<StreamingOutputCallResponse>, expected: i32) -> Verdict {
    let response = responses.next().await.transpose()?.ok_or("the responses ended too soon")?;
    same("the size", size(&response), expected)
}

/// The failure of a stream, which a server may send before any response or instead of one.
async fn failed(client: &Client, cx: Context, first: StreamingOutputCallRequest) -> Result<Error, &'static str> {
    match begin(client, cx, first).await {
        Ok((_sender, mut responses)) => failure(&mut responses).await,
        Err(error) => Ok(error),
    }
}

async fn failure(responses: &mut Streaming<StreamingOutputCallResponse>) -> Result<Error, &'static str> {
    responses.next().await.and_then(Result::err).ok_or(NO_ERROR)
}

fn simple() -> SimpleRequest {
    SimpleRequest { response_type: PayloadType::Compressable, response_size: 0, payload: None, response_status: None }
}

pub(super) fn asking(size: usize, responses: &[i32]) -> StreamingOutputCallRequest {
    StreamingOutputCallRequest {
        response_type: PayloadType::Compressable,
        response_parameters: responses.iter().map(|size| ResponseParameters { size: *size, interval_us: 0 }).collect(),
        payload: Some(zeros(size)),
        response_status: None,
    }
}

fn zeros(size: usize) -> Payload {
    Payload { r#type: PayloadType::Compressable, body: vec![0; size] }
}

/// The size of a response, or -1 without a payload.
fn size(response: &StreamingOutputCallResponse) -> i32 {
    response.payload.as_ref().and_then(|payload| payload.body.len().try_into().ok()).unwrap_or(-1)
}

fn with_metadata() -> Result<Context> {
    let [header, trailer] = ECHOED;
    Context::new()
        .with_metadata(header, "test_initial_metadata_value")?
        .with_metadata(trailer, b"\n\x0b\n\x0b\n\x0b".to_vec())
}

fn check_metadata(cx: &Context) -> Verdict {
    let [header, trailer] = ECHOED;
    same("the header", cx.headers().get(header), Some("test_initial_metadata_value"))?;
    same("the trailer", cx.trailers().get_binary(trailer), Some(&b"\n\x0b\n\x0b\n\x0b"[..]))
}

pub(super) fn same<T: Debug + PartialEq>(what: &str, found: T, expected: T) -> Verdict {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found:?}, not {expected:?}").into()) }
}
