//! A running server, and tonic's client for it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::StreamExt;
use rust_svc::{Method, Server};
use tokio::sync::{mpsc, oneshot};
use tonic::{Request, Response, Status, codec::CompressionEncoding, transport::Channel};
use tonic_prost::ProstCodec;

use crate::echo::{Event, Parrot, echo_adapter, pb};

/// A server of the echo service. It stops when this value is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::UnboundedReceiver<Event>,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) ended: tokio::task::JoinHandle<()>,
}

/// Starts a server with defaults.
pub(crate) async fn start() -> Running {
    start_with(|server| server).await
}

/// Starts a server with more settings.
pub(crate) async fn start_with(change: impl FnOnce(Server) -> Server) -> Running {
    let (sender, events) = mpsc::unbounded_channel();
    let server = Server::new().adapter(echo_adapter(Arc::new(Parrot(sender))));
    let bound = change(server).bind("127.0.0.1:0").await.expect("a free port");
    let (stop, stopped) = oneshot::channel();
    let address = bound.local_addr();
    let ended = tokio::spawn(bound.run_until(async { drop(stopped.await) }));
    Running { address, events, stop: Some(stop), ended }
}

impl Running {
    pub(crate) async fn channel(&self) -> Channel {
        connect(self.address).await
    }

    pub(crate) async fn client(&self) -> Client {
        Client::new(self.channel().await)
    }

    pub(crate) async fn event(&mut self) -> Event {
        soon(self.events.recv()).await.expect("an event")
    }

    pub(crate) async fn ended(self) {
        soon(self.ended).await.expect("an end");
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().expect("stopped once").send(()).expect("a running server");
    }
}

pub(crate) async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("a connection")
}

/// Waits for a result, and fails after 30 seconds.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.expect("it happens")
}

#[derive(Clone)]
pub(crate) struct Client(tonic::client::Grpc<Channel>);

impl Client {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(tonic::client::Grpc::new(channel))
    }

    pub(crate) fn compressed(self) -> Self {
        Self(self.0.send_compressed(CompressionEncoding::Gzip).accept_compressed(CompressionEncoding::Gzip))
    }

    /// Calls a method with these texts and returns the texts of the response.
    pub(crate) async fn call(&mut self, method: Method, texts: &[&str]) -> Result<Vec<String>, Status> {
        let pings: Vec<_> = texts.iter().map(|text| ping(text)).collect();
        let pongs = self.stream(method, Request::new(futures::stream::iter(pings))).await?;
        texts_of(pongs.into_inner()).await
    }

    pub(crate) async fn one(&mut self, text: &str) -> Result<String, Status> {
        self.call(crate::echo::UNARY, &[text]).await.map(|texts| texts.concat())
    }

    pub(crate) async fn stream(
        &mut self,
        method: Method,
        request: Request<impl futures::Stream<Item = pb::Ping> + Send + 'static>,
    ) -> Result<Response<tonic::Streaming<pb::Pong>>, Status> {
        self.0.ready().await.expect("a connection");
        let codec = ProstCodec::<pb::Ping, pb::Pong>::default();
        self.0.streaming(request, method.path.parse().expect("a path"), codec).await
    }
}

pub(crate) fn ping(text: &str) -> pb::Ping {
    pb::Ping { text: text.to_owned() }
}

async fn texts_of(mut pongs: tonic::Streaming<pb::Pong>) -> Result<Vec<String>, Status> {
    let mut texts = Vec::new();
    while let Some(pong) = pongs.next().await {
        texts.push(pong?.text);
    }
    Ok(texts)
}
