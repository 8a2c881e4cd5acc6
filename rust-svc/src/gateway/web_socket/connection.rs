//! A call over a WebSocket, from its first message to its close frame.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures::{
    SinkExt, Stream, StreamExt, TryStreamExt, future,
    stream::{self, SplitSink, SplitStream},
};
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};

use super::close;
use crate::{
    Error, Method, Result, Streaming,
    gateway::{
        exchange::{
            HttpExchange, call,
            handler::{Handler, RouteHandler},
        },
        response::error_body,
        settings::GatewaySettings,
    },
    grpc::error_log::log_error,
};

/// How long a call may go on whose caller has closed its socket.
const GRACE: Duration = Duration::from_secs(1);
/// How long a caller may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// The time between pings of a gateway that sends none.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A call that passed its interceptors, and waits for its socket.
pub(super) struct SocketCall {
    method: Method,
    handler: Handler,
    settings: Arc<GatewaySettings>,
    exchange: Box<HttpExchange>,
    /// Whether responses are bytes, not JSON.
    sends_bytes: bool,
}

/// How the caller stopped sending.
enum Ended {
    /// It closed the socket.
    Closed,
    /// The connection broke, or the caller is silent.
    Lost,
    /// A message cannot be read.
    Refused(Error),
}

type Sink = SplitSink<WebSocket, Message>;
type Requests = mpsc::Sender<Result<Bytes>>;

impl SocketCall {
    pub(super) fn new(route: &RouteHandler, exchange: Box<HttpExchange>) -> Self {
        Self {
            method: route.route.method,
            handler: route.handler.clone(),
            settings: route.settings.clone(),
            exchange,
            sends_bytes: route.route.returns_bytes,
        }
    }

    /// Runs the call over its socket, until one of both sides ends it.
    pub(super) async fn run(self, socket: WebSocket) {
        let (mut sink, mut socket) = socket.split();
        let (sender, mut receiver) = mpsc::channel(1);
        let requests = Streaming::new(stream::poll_fn(move |cx| receiver.poll_recv(cx)));
        let exchange = self.exchange.over_socket(requests);
        let error_key = exchange.error_key();
        let mut responses = pin!(responses(self.method, self.handler, exchange));
        let ping = self.settings.web_sockets.ping;
        let sent = send_all(&mut sink, responses.as_mut(), self.sends_bytes, ping);
        let silence = ping.map_or(NEVER, |ping| ping.saturating_mul(2));
        let status = tokio::select! {
            status = sent => status,
            ended = receive_all(&mut socket, sender, self.settings.max_message_bytes, silence) => match ended {
                Ended::Lost => return,
                Ended::Closed => {
                    // The answer to the caller's close frame is waiting to be sent.
                    let _ = sink.flush().await;
                    // The call may end on its own account, since its requests have ended.
                    let _ = time::timeout(GRACE, responses.for_each(|_| future::ready(()))).await;
                    Ok(())
                }
                Ended::Refused(error) => {
                    let rest = send_all(&mut sink, responses, self.sends_bytes, None);
                    time::timeout(GRACE, rest).await.unwrap_or(Err(error))
                }
            },
        };
        if let Err(error) = &status {
            let body = error_body(error, &self.settings).status();
            let object = [b"{\"", error_key.as_bytes(), b"\":", &body[..], b"}"].concat();
            // The close frame has the status even if the details do not arrive.
            let _ = sink.send(text(object.into())).await;
        }
        close(sink, socket, &status).await;
    }
}

/// Returns the messages of a call, as JSON or bytes.
fn responses(method: Method, handler: Handler, exchange: Box<HttpExchange>) -> impl Stream<Item = Result<Bytes>> {
    let response = stream::once(async move {
        let response = call::respond(&method, &handler, exchange).await;
        response.map(|response| response.into_body().into_data_stream().map_err(cause)).map_err(|error| {
            log_error(&method, &error.error);
            error.error
        })
    });
    response.try_flatten().try_filter(|message| future::ready(!message.is_empty()))
}

/// Returns the error of a call that ended its body.
fn cause(error: axum::Error) -> Error {
    error.into_inner().downcast::<Error>().map_or_else(Error::internal, |error| *error)
}

/// Sends all responses, as fast as the caller reads them, and pings.
async fn send_all(
    sink: &mut Sink,
    mut responses: Pin<&mut impl Stream<Item = Result<Bytes>>>,
    as_bytes: bool,
    ping: Option<Duration>,
) -> Result<()> {
    let form = if as_bytes { Message::Binary } else { text };
    let period = ping.unwrap_or(NEVER);
    let mut pings = time::interval_at(Instant::now() + period, period);
    loop {
        let message = tokio::select! {
            response = responses.next() => match response {
                Some(response) => form(response?),
                None => return Ok(()),
            },
            _ = pings.tick() => Message::Ping(Bytes::new()),
        };
        sink.send(message).await.map_err(|error| Error::cancelled("the caller is gone").with_source(error))?;
    }
}

/// Converts JSON, which is UTF-8, into a message.
fn text(json: Bytes) -> Message {
    Message::Text(json.try_into().unwrap_or_default())
}

/// Passes the caller's messages on, as fast as the call takes them. An empty text ends them.
async fn receive_all(
    socket: &mut SplitStream<WebSocket>,
    requests: Requests,
    limit: usize,
    silence: Duration,
) -> Ended {
    let mut requests = Some(requests);
    loop {
        let permit = match &requests {
            Some(requests) => requests.reserve().await.ok(),
            None => None,
        };
        let Ok(message) = time::timeout(silence, socket.next()).await else { return Ended::Lost };
        let request = match message {
            Some(Ok(Message::Text(text))) if text.is_empty() => None,
            Some(Ok(Message::Text(text))) => Some(Bytes::from(text)),
            Some(Ok(Message::Binary(bytes))) => Some(bytes),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(frame))) if close::is_normal(frame.as_ref()) => return Ended::Closed,
            Some(Err(error)) => match refusal(error) {
                Some(error) => return refuse(permit, error),
                None => return Ended::Lost,
            },
            Some(Ok(Message::Close(_))) | None => return Ended::Lost,
        };
        if request.as_ref().is_some_and(|request| request.len() > limit) {
            let error = format!("a message is larger than {limit} bytes");
            return refuse(permit, Error::resource_exhausted(error));
        }
        let is_last = request.is_none();
        // Without a permit the call does not want more.
        if let (Some(request), Some(permit)) = (request, permit) {
            permit.send(Ok(request));
        }
        if is_last {
            requests = None;
        }
    }
}

/// Passes an error on in place of a message.
fn refuse(permit: Option<mpsc::Permit<'_, Result<Bytes>>>, error: Error) -> Ended {
    permit.into_iter().for_each(|permit| permit.send(Err(error.clone())));
    Ended::Refused(error)
}

/// Returns the error for a message that cannot be read; `None` if the connection is lost.
fn refusal(error: axum::Error) -> Option<Error> {
    let error = error.into_inner().downcast::<tungstenite::Error>().ok()?;
    match *error {
        tungstenite::Error::Capacity(error) => Some(Error::resource_exhausted(error.to_string())),
        tungstenite::Error::Utf8(_) => Some(Error::invalid_argument("a message is not UTF-8")),
        _ => None,
    }
}

/// Sends the close frame, and waits for that of the caller.
async fn close(mut sink: Sink, socket: SplitStream<WebSocket>, status: &Result<()>) {
    let closed = async {
        if sink.send(Message::Close(Some(close::frame(status)))).await.is_ok() {
            socket.for_each(|_| future::ready(())).await;
        }
    };
    let _ = time::timeout(CLOSE_TIMEOUT, closed).await;
}
