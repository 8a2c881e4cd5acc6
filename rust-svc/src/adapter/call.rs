//! One call from its request to its answer.

use std::{
    convert::Infallible,
    future::{poll_fn, ready},
    mem,
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

use futures::{FutureExt, future::OptionFuture};
use http::HeaderMap;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use super::{
    Options, Payload, ResponseBody,
    body::{self, Call},
    open, report,
    requests::Requests,
    responses::{Answer, Answering, Data},
};
pub(super) use crate::intercept::panicked;
use crate::{
    Body, CancelGuard, Code, Context, Error, Method, Result,
    call::connection_info::{ConnectionInfo, MaxHeaderListSize},
    call::run_until::run_until_cancelled,
    call::shutdown::{ShutdownSignal, server_stopping},
    grpc::{compression::Encoding, header, metadata::Headers},
    intercept::{Chain, Counter, PendingCall, Side},
};

/// How a method is served.
pub(super) struct Serve {
    pub(super) method: Arc<Method>,
    pub(super) call: Box<dyn Fn(Exchange<'_>) -> super::routes::Answer + Send + Sync>,
}

/// A request for a method.
pub(super) struct Exchange<'a> {
    pub(super) method: Arc<Method>,
    pub(super) options: Options,
    pub(super) chain: Chain,
    pub(super) request: &'a mut http::Request<Body>,
    pub(super) origin: ConnectionInfo,
}

/// Answers a request by what `handle` makes of its messages.
pub(super) fn serve<Q: Payload<Place>, Place: 'static, A: Answer + 'static, F>(
    exchange: Exchange<'_>,
    handle: impl FnOnce(Context, Requests<Q, Place>) -> F + Send + 'static,
) -> super::routes::Answer
where
    F: Future<Output = Result<A>> + Send + 'static,
{
    let Exchange { method, options, chain, request, mut origin } = exchange;
    let (headers, body) = (mem::take(request.headers_mut()), mem::take(request.body_mut()));
    let encodings = Encodings::of(&headers);
    let start = Instant::now();
    let deadline = match open::deadline(&headers, &options, start) {
        Ok(deadline) => deadline,
        Err(error) => return refused(&method, &chain, origin, error),
    };
    let (ending, room) = (mem::take(&mut origin.shutdown), origin.max_header_list_size);
    let (cx, lifeline) = Context::received(Headers(headers), deadline, origin);
    if deadline.is_some_and(|deadline| deadline <= start) {
        return refused_with(&method, &chain, cx, room, exceeded());
    }
    Accepted { method, options, chain, ending, room, start, cx, lifeline, body, encodings }.answer(handle).boxed()
}

/// The answer to a call that no interceptor sees, but for those that name it.
pub(super) fn refused(method: &Method, chain: &Chain, origin: ConnectionInfo, error: Error) -> super::routes::Answer {
    let room = origin.max_header_list_size;
    refused_with(method, chain, Context::from_connection_info(origin), room, error)
}

fn refused_with(
    method: &Method,
    chain: &Chain,
    cx: Context,
    room: MaxHeaderListSize,
    error: Error,
) -> super::routes::Answer {
    chain.refused(method, None, cx.clone(), error.code());
    ready(Ok(told(method, error, &cx, room))).boxed()
}

/// The whole answer to a call that no handler saw.
fn told(method: &Method, error: Error, cx: &Context, room: MaxHeaderListSize) -> http::Response<ResponseBody> {
    let (code, error) = (error.code(), report::told(method, error));
    let mut response = body::refuse_with(&error, &cx.headers());
    room.truncate(response.headers_mut(), Some(code));
    response
}

/// A request that can be read.
struct Accepted {
    method: Arc<Method>,
    options: Options,
    chain: Chain,
    ending: ShutdownSignal,
    room: MaxHeaderListSize,
    start: Instant,
    cx: Context,
    lifeline: CancelGuard,
    body: Body,
    encodings: Encodings,
}

/// How messages are compressed.
struct Encodings {
    requests: Result<Encoding>,
    responses: Encoding,
}

impl Accepted {
    async fn answer<Q: Payload<Place>, Place: 'static, A: Answer, F: Future<Output = Result<A>>>(
        self,
        handle: impl FnOnce(Context, Requests<Q, Place>) -> F,
    ) -> Result<http::Response<ResponseBody>, Infallible> {
        let Self { method, options, chain, ending, room, start, cx, lifeline, body, encodings } = self;
        let mut opening = chain.open(&method, Side::Server, None, cx, start);
        let start = match pass(&method, &mut opening, &ending, start).await {
            Ok(start) => start,
            Err(error) => {
                opening.failed(&error);
                return Ok(told(&method, error, opening.cx(), room));
            }
        };
        let (call, encoding) = (Call::of(opening.run(), lifeline, room), encodings.responses);
        let requests = encodings.requests(body, options.max_message_size, call.running.counter());
        let span = call.running.span();
        let answer = {
            let answer = pin!(answer(&method, &call, &ending, requests, encoding, start, handle));
            answer.instrument(span.clone()).await
        };
        let _entered = span.enter();
        let mut response = body::finish(method, answer, encoding, call);
        encodings.tell(&mut response);
        Ok(response)
    }
}

async fn pass(method: &Method, opening: &mut PendingCall, ending: &ShutdownSignal, start: Instant) -> Result<Instant> {
    let deadline = opening.cx().deadline();
    punctual(ending, deadline, start, pin!(caught(method, opening.pass(start)))).await
}

async fn answer<Q, Place, A: Answer, F: Future<Output = Result<A>>>(
    method: &Arc<Method>,
    Call { running, .. }: &Call,
    ending: &ShutdownSignal,
    requests: Result<Requests<Q, Place>>,
    encoding: Encoding,
    start: Instant,
    handle: impl FnOnce(Context, Requests<Q, Place>) -> F,
) -> Result<Data> {
    let (requests, cx) = (requests?, running.cx());
    let answering = Answering { method, encoding, running, deadline: cx.deadline() };
    // A message becomes data where it is: each function on its way would move it.
    let work = pin!(async {
        let mut data = handle(cx.clone(), requests).await.and_then(|answer| answer.data(&answering))?;
        poll_fn(|cx| Poll::Ready(data.begin(cx))).await.map(|()| data)
    });
    punctual(ending, cx.deadline(), start, pin!(caught(method, work))).await
}

impl Encodings {
    /// Responses are compressed as requests are, as grpc-go does it, if the caller takes that.
    fn of(headers: &HeaderMap) -> Self {
        let unknown =
            |name| Error::new(Code::Unimplemented, format!("messages compressed with `{name}` are not read here"));
        let requests = Encoding::from_headers(headers).map_err(unknown);
        let responses = requests.as_ref().ok().copied().filter(|encoding| encoding.is_accepted(headers));
        Self { requests, responses: responses.unwrap_or_default() }
    }

    /// The messages of a request. Fails with `UNIMPLEMENTED` if they cannot be read.
    fn requests<Q: Payload<Place>, Place: 'static>(
        &self,
        body: Body,
        limit: usize,
        counter: Counter,
    ) -> Result<Requests<Q, Place>> {
        Ok(Requests::new(body, self.requests.clone()?, limit, counter))
    }

    /// The answer to a request that is compressed in another way than is known tells those that are.
    fn tell(&self, response: &mut http::Response<ResponseBody>) {
        if self.requests.is_err() {
            response.headers_mut().insert(header::ACCEPT_ENCODING, Encoding::KNOWN);
        }
    }
}

/// What a call is answered with when its time is up.
pub(super) fn exceeded() -> Error {
    Error::deadline_exceeded("the deadline passed before the call was done")
}

fn caught<T>(method: &Method, work: impl Future<Output = Result<T>>) -> impl Future<Output = Result<T>> {
    let caught = AssertUnwindSafe(work).catch_unwind();
    caught.map(move |result| result.unwrap_or_else(|panic| Err(panicked(method, &*panic))))
}

/// Work that begins at `start`, until its deadline or the end of the server.
async fn punctual<T>(
    ending: &ShutdownSignal,
    deadline: Option<Instant>,
    start: Instant,
    work: Pin<&mut impl Future<Output = Result<T>>>,
) -> Result<T> {
    if deadline.is_some_and(|deadline| deadline <= start) {
        return Err(exceeded());
    }
    run_until_cancelled(|| over(ending, deadline), work).await.unwrap_or_else(|| Err(cut(deadline)))
}

async fn over(ending: &ShutdownSignal, deadline: Option<Instant>) {
    let passed = OptionFuture::from(deadline.map(sleep_until));
    tokio::select! {
        _ = ending.recv() => (),
        Some(()) = passed => (),
    }
}

fn cut(deadline: Option<Instant>) -> Error {
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) { exceeded() } else { server_stopping() }
}
