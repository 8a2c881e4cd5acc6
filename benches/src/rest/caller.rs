//! A client of the API: in this process, or over a connection of its own.

use axum::{
    Router,
    body::{Body, Bytes},
};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::{Service, ServiceExt};

use super::requests::RequestKind;
use crate::error::Result;

/// Where requests go.
pub(super) enum Target {
    /// An application in this process.
    Router(Router),
    /// A server at this port of this machine, by HTTP/1.1.
    Connection(SendRequest<Body>),
}

/// Sends one kind of request.
pub(super) struct RestCaller {
    target: Target,
    kind: RequestKind,
    order: Bytes,
}

impl RestCaller {
    /// Makes a caller. Fails if the order cannot be read, from which new orders are made.
    pub(super) async fn new(mut target: Target, kind: RequestKind) -> Result<Self> {
        let order = target.send(RequestKind::Get.request(&Bytes::new())).await?;
        Ok(Self { target, kind, order })
    }

    /// Sends the request. Fails unless the response has as many orders as it should.
    pub(super) async fn call(&mut self) -> Result<()> {
        let body = self.target.send(self.kind.request(&self.order)).await?;
        // Gateways print JSON with more or fewer blanks, also from one response to the next.
        match body.len() >= self.kind.orders() * self.order.len() * 9 / 10 {
            true => Ok(()),
            false => Err(format!("{} bytes are no response to {}", body.len(), self.kind.name()).into()),
        }
    }
}

impl Target {
    /// Connects to a server at this port.
    pub(super) async fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self::Connection(sender))
    }

    async fn send(&mut self, request: Request<Body>) -> Result<Bytes> {
        let (parts, body) = match self {
            Self::Router(router) => {
                let (parts, body) = router.as_service().ready().await?.call(request).await?.into_parts();
                (parts, body.collect().await?.to_bytes())
            }
            Self::Connection(sender) => {
                sender.ready().await?;
                let (parts, body) = sender.send_request(request).await?.into_parts();
                (parts, body.collect().await?.to_bytes())
            }
        };
        match parts.status {
            StatusCode::OK => Ok(body),
            status => Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into()),
        }
    }
}
