//! One call from its request to its answer.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
};

use futures::{FutureExt, future::BoxFuture};
use http::HeaderMap;
use tokio::time::{self, Instant};
use tracing::Instrument;

use super::{
    Body, Options, Payload,
    body::{self, Call},
    open, report,
    requests::Requests,
    responses::{Answer, Answering},
};
use crate::{
    Code, Context, Error, Method, Result,
    grpc::compression::Encoding,
    intercept::{Chain, Side},
};

/// How a method is served.
pub(super) struct Serve {
    pub(super) method: Arc<Method>,
    pub(super) call: Box<dyn Fn(Exchange) -> BoxFuture<'static, http::Response<Body>> + Send + Sync>,
}

/// A request for a method.
pub(super) struct Exchange {
    pub(super) method: Arc<Method>,
    pub(super) options: Options,
    pub(super) chain: Chain,
    pub(super) request: http::Request<tonic::body::Body>,
}

/// Answers a request by what `handle` makes of its messages.
pub(super) async fn serve<Q: Payload<Place>, Place: 'static, A: Answer, F>(
    exchange: Exchange,
    handle: impl FnOnce(Context, Requests<Q, Place>) -> F + Send,
) -> http::Response<Body>
where
    F: Future<Output = Result<A>> + Send,
{
    let Exchange { method, options, chain, request } = exchange;
    let (head, body) = request.into_parts();
    let (received, sent) = encodings(&head.headers);
    let (cx, lifeline) = match open::context(head.headers, &head.extensions, &options) {
        Ok(cx) => cx.with_lifeline(),
        Err(error) => {
            chain.refused(&method, None, Context::new(), error.code());
            return body::refuse(&error);
        }
    };
    let deadline = cx.deadline();
    let mut opening = chain.open(&method, Side::Server, None, cx);
    let passed = within(deadline, pin!(caught(&method, opening.pass()))).await;
    if let Err(error) = passed {
        return body::refuse_with(&report::told(&method, error), &opening.cx().headers());
    }
    let (cx, running) = opening.run();
    let answering = async {
        let requests = Requests::new(body, received.clone()?, options.max_message_size, running.counter());
        let work = pin!(caught(&method, handle(cx.clone(), requests)));
        let answer = within(cx.deadline(), work).await?;
        answer.data(&Answering { method: &method, encoding: sent, running: &running, deadline: cx.deadline() })
    };
    let span = running.span();
    let answer = answering.instrument(span.clone()).await;
    let mut response = span.in_scope(|| body::finish(method.clone(), answer, sent, Call { cx, running, lifeline }));
    if received.is_err() {
        response.headers_mut().insert(Encoding::ACCEPT, Encoding::KNOWN);
    }
    response
}

/// What a call is answered with when its time is up.
pub(super) fn exceeded() -> Error {
    Error::deadline_exceeded("the deadline passed before the call was done")
}

/// What a call is answered with when its handler panicked. What the panic said is for the log alone.
pub(super) fn panicked(method: &Method, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text");
    tracing::error!(method = method.full_name(), panic = text, "a handler panicked");
    Error::new(Code::Internal, "internal error")
}

/// How requests are compressed, and how responses are: as requests, as grpc-go does it, if the caller takes that.
fn encodings(headers: &HeaderMap) -> (Result<Encoding>, Encoding) {
    let unknown =
        |name| Error::new(Code::Unimplemented, format!("messages compressed with `{name}` are not read here"));
    let received = Encoding::of(headers).map_err(unknown);
    let sent = received.as_ref().ok().copied().filter(|encoding| encoding.is_accepted(headers));
    (received, sent.unwrap_or_default())
}

async fn caught<T>(method: &Method, work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| Err(panicked(method, &*panic)))
}

async fn within<T>(deadline: Option<Instant>, work: Pin<&mut impl Future<Output = Result<T>>>) -> Result<T> {
    match deadline {
        None => work.await,
        Some(deadline) if deadline <= Instant::now() => Err(exceeded()),
        Some(deadline) => time::timeout_at(deadline, work).await.unwrap_or_else(|_| Err(exceeded())),
    }
}
