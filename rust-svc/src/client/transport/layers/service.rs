//! The requests to servers, as a tower service.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{self, Poll, Waker, ready},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{HeaderMap, Request, Response, Uri, request::Parts};
use http_body::{Body as _, Frame};
use tokio::{sync::oneshot, time::Instant};
use tower::{Service, util::BoxCloneSyncService};

use super::{
    super::{
        address::ServerOrigin,
        balance::hash,
        body::{BodyChunk, IncomingBody},
        fleet::Fleet,
        request::{MessageStream, OutgoingBody, OutgoingRequest, StreamCut},
    },
    progress::AttemptProgress,
};
use crate::{
    error::BoxError,
    grpc::{Body, header, timeout},
};

/// The requests of a client as a tower service, which the layers of
/// [`ClientBuilder::layer`](crate::client::ClientBuilder::layer) wrap.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// Sends requests to the servers of a client.
#[derive(Clone)]
pub(super) struct FleetService(pub(super) Arc<Fleet>);

impl Service<Request<Body>> for FleetService {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let fleet = self.0.clone();
        async move {
            let (upload, is_over) = oneshot::channel();
            let request = LayeredRequest::new(request, is_over);
            let response = fleet.send(&request).await?;
            Ok(response.map(|body| Body::new(LayeredResponse { body, _upload: upload })))
        }
        .boxed()
    }
}

/// A request that has passed the layers.
struct LayeredRequest {
    head: Parts,
    received: Instant,
    body: Mutex<OutgoingBody>,
    body_size: usize,
    progress: Arc<AttemptProgress>,
}

/// The messages of a request whose body has passed the layers. It is over when its response is dropped.
struct LayeredMessages {
    first: Option<Bytes>,
    body: Body,
    is_over: oneshot::Receiver<()>,
}

/// The body of a response. As long as it exists, the messages of its request are sent.
struct LayeredResponse {
    body: IncomingBody,
    _upload: oneshot::Sender<()>,
}

impl LayeredRequest {
    fn new(request: Request<Body>, is_over: oneshot::Receiver<()>) -> Self {
        let (head, body) = request.into_parts();
        let body = outgoing(body, is_over);
        let body_size = if let OutgoingBody::Complete(bytes) = &body { bytes.len() } else { 0 };
        let progress = head.extensions.get::<Arc<AttemptProgress>>().cloned().unwrap_or_default();
        Self { head, received: Instant::now(), body: Mutex::new(body), body_size, progress }
    }

    fn uri(&self, server: Option<&ServerOrigin>) -> Uri {
        let mut parts = self.head.uri.clone().into_parts();
        if let Some(ServerOrigin { scheme, authority }) = server {
            (parts.scheme, parts.authority) = (Some(scheme.clone()), Some(authority.clone()));
        }
        Uri::from_parts(parts).unwrap_or_default()
    }

    /// Returns the headers. Waiting for a server may have used some of the time that they report.
    fn headers(&self, now: Instant) -> HeaderMap {
        let mut headers = self.head.headers.clone();
        let reported = headers.get(header::TIMEOUT).and_then(|value| timeout::parse(value.to_str().ok()?));
        let remaining = reported.map(|time| time.saturating_sub(now.saturating_duration_since(self.received)));
        if let Some(value) = remaining.and_then(timeout::format) {
            headers.insert(header::TIMEOUT, value);
        }
        headers
    }
}

impl OutgoingRequest for LayeredRequest {
    fn head(&self, server: Option<&ServerOrigin>, now: Instant) -> Request<()> {
        let mut request = Request::new(());
        *request.method_mut() = self.head.method.clone();
        *request.version_mut() = self.head.version;
        *request.uri_mut() = self.uri(server);
        *request.headers_mut() = self.headers(now);
        request
    }

    fn body(&self) -> OutgoingBody {
        let mut body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut body, OutgoingBody::Complete(Bytes::new()))
    }

    fn body_size(&self) -> usize {
        self.body_size
    }

    fn is_streamed(&self) -> bool {
        // The method is not known here.
        true
    }

    fn waits_for_ready(&self) -> bool {
        self.progress.waits_for_ready()
    }

    fn hash_metadata(&self, name: &str) -> Option<u64> {
        self.head.headers.get(name).map(|value| hash(0, value.as_bytes()))
    }

    fn rank(&self, server: usize) -> u8 {
        self.progress.rank(server)
    }

    fn pick(&self, server: usize, address: &Arc<str>) {
        self.progress.pick(server, address);
    }

    fn sent(&self, peer: Option<SocketAddr>) {
        self.progress.sent(peer);
    }
}

/// Returns the body to send. One that is complete is sent at once.
fn outgoing(mut body: Body, is_over: oneshot::Receiver<()>) -> OutgoingBody {
    let mut first = None;
    if body.size_hint().exact().is_some() {
        let mut cx = task::Context::from_waker(Waker::noop());
        first = match Pin::new(&mut body).poll_frame(&mut cx) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().ok(),
            Poll::Ready(_) | Poll::Pending => None,
        };
        if body.is_end_stream() {
            return OutgoingBody::Complete(first.unwrap_or_default());
        }
    }
    OutgoingBody::Stream(Box::new(LayeredMessages { first, body, is_over }))
}

impl MessageStream for LayeredMessages {
    fn poll_bytes(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes, StreamCut>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                // Requests of gRPC have no trailers.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => return Poll::Ready(Some(Ok(data))),
                    Err(_) => continue,
                },
                Some(Err(_)) => return Poll::Ready(Some(Err(StreamCut))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn poll_is_over(&mut self, cx: &mut task::Context<'_>) -> bool {
        self.is_over.poll_unpin(cx).is_ready()
    }
}

impl http_body::Body for LayeredResponse {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let chunk = ready!(self.body.poll_chunk(cx));
        Poll::Ready(chunk.map(|chunk| {
            chunk.map(|chunk| match chunk {
                BodyChunk::Data(data) => Frame::data(data),
                BodyChunk::Trailers(trailers) => Frame::trailers(trailers),
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end()
    }
}
