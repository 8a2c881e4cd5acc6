//! A raw HTTP/2 server on loopback, whose responses a test controls.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use h2::{RecvStream, SendStream, server::SendResponse};
use http::{HeaderMap, Request, Response};
use rust_svc::Client;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// One call as the server sees it.
pub(crate) struct Call {
    /// The number of earlier calls.
    pub(crate) index: usize,
    pub(crate) body: RecvStream,
    /// The bytes that were received after the last message.
    pub(crate) buffer: BytesMut,
    pub(crate) respond: SendResponse<Bytes>,
}

/// The state of the connection after a call.
pub(crate) enum Then {
    /// It stays open.
    Keep,
    /// It breaks before the response.
    Drop(Call),
    /// It gets a GOAWAY before the response.
    GoAway(Call),
    /// It gets a graceful GOAWAY.
    Stop,
}

type Handler = Arc<dyn Fn(Call) -> BoxFuture<'static, Then> + Send + Sync>;

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<HeaderMap>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start<F>(handler: impl Fn(Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Then> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, handler)
    }

    pub(crate) fn on<F>(listener: TcpListener, handler: impl Fn(Call) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Then> + Send + 'static,
    {
        let address = listener.local_addr().unwrap();
        let seen = Arc::default();
        let handler: Handler = Arc::new(move |call| Box::pin(handler(call)));
        let task = tokio::spawn(accept(listener, handler, Arc::clone(&seen)));
        Self { address, seen, task }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(format!("http://{}", self.address)).unwrap()
    }

    /// Returns the number of calls that reached the server.
    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// Returns this header of each call, in order.
    pub(crate) fn header(&self, name: &str) -> Vec<Option<String>> {
        let text = |headers: &HeaderMap| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        self.seen.lock().unwrap().iter().map(text).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, handler: Handler, seen: Arc<Mutex<Vec<HeaderMap>>>) {
    let calls = Arc::new(AtomicUsize::new(0));
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(socket, handler.clone(), seen.clone(), calls.clone()));
    }
}

async fn serve(socket: TcpStream, handler: Handler, seen: Arc<Mutex<Vec<HeaderMap>>>, calls: Arc<AtomicUsize>) {
    let Ok(mut connection) = h2::server::handshake(socket).await else { return };
    let (done, mut ends) = mpsc::unbounded_channel();
    let mut held = Vec::new();
    loop {
        tokio::select! {
            next = connection.accept() => {
                let Some(Ok((request, respond))) = next else { return };
                let call = admit(request, respond, &seen, &calls);
                let (handler, done) = (handler.clone(), done.clone());
                tokio::spawn(async move { done.send(handler(call).await) });
            }
            Some(then) = ends.recv() => match then {
                Then::Keep => (),
                Then::Drop(call) => return drop((connection, call)),
                Then::GoAway(call) => {
                    connection.abrupt_shutdown(h2::Reason::NO_ERROR);
                    held.push(call);
                }
                Then::Stop => connection.graceful_shutdown(),
            },
        }
    }
}

fn admit(
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
    seen: &Mutex<Vec<HeaderMap>>,
    calls: &AtomicUsize,
) -> Call {
    let (parts, body) = request.into_parts();
    seen.lock().unwrap().push(parts.headers);
    Call { index: calls.fetch_add(1, Ordering::SeqCst), body, buffer: BytesMut::new(), respond }
}

impl Call {
    /// Sends response headers, and keeps the stream open.
    pub(crate) fn begin(&mut self) -> SendStream<Bytes> {
        let response = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
        self.respond.send_response(response, false).unwrap()
    }

    /// Sends a text, unless the client has reset the stream.
    pub(crate) fn answer(mut self, text: &str) -> Then {
        let response = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
        if let Ok(mut stream) = self.respond.send_response(response, false) {
            let _ = stream.send_data(frame(text), false);
            let _ = stream.send_trailers(status(0));
        }
        Then::Keep
    }

    /// Sends a trailers-only response.
    pub(crate) fn fail(self, code: i32) -> Then {
        self.fail_with(status(code))
    }

    pub(crate) fn fail_with(mut self, headers: HeaderMap) -> Then {
        let mut response = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
        response.headers_mut().extend(headers);
        self.respond.send_response(response, true).unwrap();
        Then::Keep
    }

    pub(crate) fn reset(mut self, reason: h2::Reason) -> Then {
        self.respond.send_reset(reason);
        Then::Keep
    }

    /// Waits until the client resets the stream, and returns the reason.
    pub(crate) async fn reset_by_client(&mut self) -> h2::Reason {
        std::future::poll_fn(|cx| self.respond.poll_reset(cx)).await.unwrap()
    }

    /// Returns the next text of the client: `None` at the end of the stream, an error after a reset.
    pub(crate) async fn next(&mut self) -> Option<Result<String, h2::Error>> {
        while self.buffer.is_empty() {
            match self.body.data().await? {
                Ok(data) => self.buffer.extend_from_slice(&data),
                Err(error) => return Some(Err(error)),
            }
            self.body.flow_control().release_capacity(self.buffer.len()).unwrap();
        }
        let length = u32::from_be_bytes(self.buffer[1..5].try_into().unwrap());
        Some(Ok(text(&self.buffer.split_to(5 + usize::try_from(length).unwrap()))))
    }
}

pub(crate) fn status(code: i32) -> HeaderMap {
    HeaderMap::from_iter([("grpc-status".parse().unwrap(), code.into())])
}

/// Encodes a text as a framed message.
pub(crate) fn frame(text: &str) -> Bytes {
    let message = prost::Message::encode_to_vec(&text.to_owned());
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], &message].concat().into()
}

/// Decodes the text of a framed message.
pub(crate) fn text(frame: &[u8]) -> String {
    prost::Message::decode(&frame[5..]).unwrap()
}
