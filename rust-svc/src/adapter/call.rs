//! One call from its request to its answer.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt, Stream, future::BoxFuture};
use tokio::time::{self, Instant};
use tonic::{codec::CompressionEncoding, server::Grpc};
use tower::service_fn;
use tracing::Instrument;

use super::{
    Body, Options, Payload,
    body::{self, Call},
    codec::Codec,
    open, report, stream,
};
use crate::{
    Code, Context, Error, Method, Result, Streaming,
    intercept::{Chain, Counter, Side},
};

/// How a method is served.
pub(super) struct Serve {
    pub(super) method: Method,
    pub(super) call: Box<dyn Fn(Exchange) -> BoxFuture<'static, http::Response<Body>> + Send + Sync>,
}

/// A request for a method.
pub(super) struct Exchange {
    pub(super) method: Method,
    pub(super) options: Options,
    pub(super) chain: Chain,
    pub(super) request: http::Request<tonic::body::Body>,
}

/// Answers a request by what `handle` makes of its messages. Every kind of method is a stream of requests to a stream
/// of responses here.
pub(super) async fn serve<Q: Payload<QPlace>, R: Payload<RPlace>, QPlace: 'static, RPlace: 'static, F>(
    exchange: Exchange,
    handle: impl Fn(Context, Streaming<Q>) -> F + Send + Sync,
) -> http::Response<Body>
where
    F: Future<Output = Result<Streaming<R>>> + Send + 'static,
{
    let Exchange { method, options, chain, request } = exchange;
    let (cx, lifeline) = match open::context(&request, &options) {
        Ok(cx) => cx.with_lifeline(),
        Err(error) => {
            chain.refused(&method, None, Context::new(), error.code());
            return body::refuse(&error);
        }
    };
    let begun = caught(method, chain.begin(&method, Side::Server, None, cx.clone()));
    let (cx, running) = match within(cx.deadline(), begun).await {
        Ok(begun) => begun,
        Err(error) => return body::refuse_with(&report::told(method, error), &cx.headers()),
    };
    let mut grpc = grpc(&options, request.headers());
    let service = service_fn(|request: tonic::Request<_>| {
        let requests = stream::requests(request.into_inner(), options.max_message_size, running.counter());
        answer(method, running.counter(), cx.deadline(), handle(cx.clone(), requests))
    });
    let answered = grpc.streaming(service, request.map(stream::unbroken));
    let response = answered.instrument(running.span()).await;
    body::finish(response, Call { cx, running, lifeline })
}

/// The one request of a method that takes one. None or two of them is not a call of this method.
pub(super) async fn only<Q: Send + 'static>(cx: &Context, mut requests: Streaming<Q>) -> Result<Q> {
    let wrong = |count| Error::new(Code::Unimplemented, format!("the method takes one request message, not {count}"));
    let request = requests.next().await.unwrap_or_else(|| Err(wrong("none")))?;
    match requests.next().await {
        None if cx.remaining() == Some(Duration::ZERO) => Err(exceeded()),
        None => Ok(request),
        Some(second) => second.and_then(|_| Err(wrong("several"))),
    }
}

/// What a call is answered with when its time is up.
pub(super) fn exceeded() -> Error {
    Error::deadline_exceeded("the deadline passed before the call was done")
}

/// What a call is answered with when its handler panicked. What the panic said is for the log alone.
pub(super) fn panicked(method: Method, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text");
    tracing::error!(method = method.full_name(), panic = text, "a handler panicked");
    Error::new(Code::Internal, "internal error")
}

/// An answer is compressed if its request was, as grpc-go does it.
fn grpc<Q, R>(options: &Options, headers: &http::HeaderMap) -> Grpc<Codec<Q, R>>
where
    Q: prost::Message + Default + 'static,
    R: prost::Message + 'static,
{
    let grpc = Grpc::new(Codec::default()).max_decoding_message_size(options.max_message_size);
    let grpc = grpc.accept_compressed(CompressionEncoding::Gzip);
    let compressed = headers.get("grpc-encoding").is_some_and(|encoding| encoding == "gzip");
    if compressed { grpc.send_compressed(CompressionEncoding::Gzip) } else { grpc }
}

async fn answer<R: Payload<Place>, Place: 'static>(
    method: Method,
    counter: Counter,
    deadline: Option<Instant>,
    work: impl Future<Output = Result<Streaming<R>>>,
) -> Result<tonic::Response<impl Stream<Item = Result<R::Wire, tonic::Status>>>, tonic::Status> {
    let responses = within(deadline, caught(method, work)).await;
    let responses = responses.map_err(|error| report::status(method, &error))?;
    Ok(tonic::Response::new(stream::responses(method, deadline, responses, counter)))
}

async fn caught<T>(method: Method, work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| Err(panicked(method, &*panic)))
}

async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = Result<T>>) -> Result<T> {
    match deadline {
        None => work.await,
        Some(deadline) if deadline <= Instant::now() => Err(exceeded()),
        Some(deadline) => time::timeout_at(deadline, work).await.unwrap_or_else(|_| Err(exceeded())),
    }
}
