//! One call, from its request to its response.

use std::{convert::Infallible, future::poll_fn, mem, pin::pin, sync::Arc, task::Poll};

use futures::FutureExt;
use http::{HeaderMap, Request, Response};
use tokio::time::Instant;
use tracing::Instrument;

use super::{
    deadline::{catch_panic, deadline_exceeded, with_deadline},
    options::AdapterOptions,
    payload::Payload,
    refusal::{refusal, refuse_call, refuse_request},
    request_stream::RequestStream,
    response_body::{self, CallInProgress, ResponseBody, ResponseFuture},
    response_data::{IntoResponseData, ResponseContext, ResponseData},
};
use crate::{
    Body, CancelGuard, Code, Context, Error, Method, Result,
    call::{
        connection_info::{ConnectionInfo, MaxHeaderListSize, PreviousAttempts},
        shutdown::{ShutdownSignal, handler_interrupted, server_stopping},
    },
    grpc::{compression::Encoding, header, metadata::Headers},
    intercept::{Chain, Counter, PendingCall, Side},
};

/// A method, and the function that serves its calls.
pub(super) struct MethodHandler {
    pub(super) method: Arc<Method>,
    pub(super) call: Box<dyn Fn(IncomingCall<'_>) -> ResponseFuture + Send + Sync>,
}

/// A request for a method.
pub(super) struct IncomingCall<'a> {
    pub(super) method: Arc<Method>,
    pub(super) options: AdapterOptions,
    pub(super) chain: Chain,
    pub(super) request: &'a mut Request<Body>,
    pub(super) info: ConnectionInfo,
}

/// Serves a call by a function of its context and messages.
pub(super) fn serve<Q: Payload<Place>, Place: 'static, A: IntoResponseData + 'static, F>(
    incoming: IncomingCall<'_>,
    handle: impl FnOnce(Context, RequestStream<Q, Place>) -> F + Send + 'static,
) -> ResponseFuture
where
    F: Future<Output = Result<A>> + Send + 'static,
{
    let IncomingCall { method, options, chain, request, mut info } = incoming;
    let (headers, body) = (mem::take(request.headers_mut()), mem::take(request.body_mut()));
    let encodings = CallEncodings::from_headers(&headers);
    let previous = previous_attempts(&headers);
    let start = Instant::now();
    let deadline = match options.deadline(&headers, start) {
        Ok(deadline) => deadline,
        Err(error) => return refuse_request(&method, &chain, info, &error),
    };
    let (shutdown, limit) = (mem::take(&mut info.shutdown), info.max_header_list_size);
    let (cx, guard) = Context::received(Headers(headers), deadline, info);
    let cx = match previous {
        Some(previous) => cx.with_value(previous),
        None => cx,
    };
    if deadline.is_some_and(|deadline| deadline <= start) {
        return refuse_call(&method, &chain, cx, limit, &deadline_exceeded());
    }
    AcceptedCall { method, options, chain, shutdown, limit, start, cx, guard, body, encodings }.respond(handle).boxed()
}

/// Reads the number of attempts before this one; `None` for the first.
fn previous_attempts(headers: &HeaderMap) -> Option<PreviousAttempts> {
    headers.get(header::PREVIOUS_ATTEMPTS)?.to_str().ok()?.parse().ok().map(PreviousAttempts)
}

/// A call with valid headers, before its interceptors run.
struct AcceptedCall {
    method: Arc<Method>,
    options: AdapterOptions,
    chain: Chain,
    shutdown: ShutdownSignal,
    limit: MaxHeaderListSize,
    start: Instant,
    cx: Context,
    guard: CancelGuard,
    body: Body,
    encodings: CallEncodings,
}

impl AcceptedCall {
    async fn respond<Q: Payload<Place>, Place: 'static, A: IntoResponseData, F: Future<Output = Result<A>>>(
        self,
        handle: impl FnOnce(Context, RequestStream<Q, Place>) -> F,
    ) -> Result<Response<ResponseBody>, Infallible> {
        let Self { method, options, chain, shutdown, limit, start, cx, guard, body, encodings } = self;
        let mut pending = chain.open(&method, Side::Server, None, cx, start);
        let start = match intercept(&method, &mut pending, &shutdown, start).await {
            Ok(start) => start,
            Err(error) => {
                pending.failed(&error);
                return Ok(refusal(&method, &error, pending.cx(), limit));
            }
        };
        let (call, encoding) = (CallInProgress::new(pending.run(), guard, limit), encodings.responses);
        let requests = encodings.requests(body, &options, call.active.counter());
        let span = call.active.span();
        let result = {
            let result = pin!(handle_messages(&method, &call, &shutdown, requests, encoding, start, handle));
            result.instrument(span.clone()).await
        };
        let _entered = span.enter();
        let mut response = response_body::finish(method, result, encoding, call);
        encodings.advertise(&mut response);
        Ok(response)
    }
}

/// Runs the interceptors, and returns when they ended.
async fn intercept(
    method: &Method,
    pending: &mut PendingCall,
    shutdown: &ShutdownSignal,
    start: Instant,
) -> Result<Instant> {
    let deadline = pending.cx().deadline();
    with_deadline(shutdown, deadline, start, server_stopping, pin!(catch_panic(method, pending.pass(start)))).await
}

/// Runs the handler, and encodes its response.
async fn handle_messages<Q, Place, A: IntoResponseData, F: Future<Output = Result<A>>>(
    method: &Arc<Method>,
    CallInProgress { active, .. }: &CallInProgress,
    shutdown: &ShutdownSignal,
    requests: Result<RequestStream<Q, Place>>,
    encoding: Encoding,
    start: Instant,
    handle: impl FnOnce(Context, RequestStream<Q, Place>) -> F,
) -> Result<ResponseData> {
    let (requests, cx) = (requests?, active.cx());
    let context = ResponseContext { method, encoding, active, deadline: cx.deadline() };
    // The response is encoded in place: each function on its way would move it.
    let work = pin!(async {
        let mut data = handle(cx.clone(), requests).await.and_then(|response| response.into_data(&context))?;
        poll_fn(|cx| Poll::Ready(data.begin(cx))).await.map(|()| data)
    });
    with_deadline(shutdown, cx.deadline(), start, handler_interrupted, pin!(catch_panic(method, work))).await
}

/// The compression of the messages of a call.
struct CallEncodings {
    requests: Result<Encoding>,
    responses: Encoding,
}

impl CallEncodings {
    /// Reads the compression of requests. Responses use the same, as in grpc-go, if the caller accepts it.
    fn from_headers(headers: &HeaderMap) -> Self {
        let unknown =
            |name| Error::new(Code::Unimplemented, format!("messages compressed with `{name}` are not read here"));
        let requests = Encoding::from_headers(headers).map_err(unknown);
        let responses = requests.as_ref().ok().copied().filter(|encoding| encoding.is_accepted(headers));
        Self { requests, responses: responses.unwrap_or_default() }
    }

    /// Returns the messages of a request. Fails with `UNIMPLEMENTED` if their compression is unknown.
    fn requests<Q: Payload<Place>, Place: 'static>(
        &self,
        body: Body,
        options: &AdapterOptions,
        counter: Counter,
    ) -> Result<RequestStream<Q, Place>> {
        Ok(RequestStream::new(body, self.requests.clone()?, options, counter))
    }

    /// Adds the known compressions to the response to a request with an unknown one.
    fn advertise(&self, response: &mut Response<ResponseBody>) {
        if self.requests.is_err() {
            response.headers_mut().insert(header::ACCEPT_ENCODING, Encoding::KNOWN);
        }
    }
}
