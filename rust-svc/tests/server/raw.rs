//! Calls over h2, for requests that no gRPC client makes.

use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use http::{HeaderMap, Request, StatusCode, request::Builder};
use prost::Message;
use tokio::net::TcpStream;

use crate::support::{ping, soon};

/// A response, frame by frame.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) data: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
    message: String,
}

impl Answer {
    /// Returns the gRPC status and message.
    pub(crate) fn grpc(&self) -> (&str, &str) {
        (value(&self.headers, self.trailers.as_ref(), "grpc-status"), &self.message)
    }
}

fn value<'a>(headers: &'a HeaderMap, trailers: Option<&'a HeaderMap>, name: &str) -> &'a str {
    let value = trailers.unwrap_or(headers).get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

/// Decodes the percent-encoding of messages.
fn decode_percent(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two hexadecimal digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).expect("UTF-8")
}

pub(crate) async fn connect(address: SocketAddr) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    client.ready().await.expect("HTTP/2")
}

/// Returns a request as gRPC clients make it.
pub(crate) fn request(path: &str) -> Builder {
    Request::builder()
        .method("POST")
        .uri(format!("http://test{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
}

/// Encodes a message with its prefix.
pub(crate) fn frame(text: &str) -> Bytes {
    framed(0, &ping(text).encode_to_vec())
}

pub(crate) fn framed(flag: u8, message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(flag);
    frame.put_u32(message.len() as u32);
    frame.put_slice(message);
    frame.freeze()
}

/// Sends a request and reads the whole response.
pub(crate) async fn exchange(address: SocketAddr, request: Builder, body: impl Into<Bytes>) -> Answer {
    let mut client = connect(address).await;
    let request = request.body(()).expect("a request");
    let (response, mut sender) = client.send_request(request, false).expect("a stream");
    // A server may answer before it has read all.
    let _ = sender.send_data(body.into(), true);
    soon(read(response)).await.expect("an answer")
}

pub(crate) async fn read(response: ResponseFuture) -> Result<Answer, h2::Error> {
    let (head, mut body) = response.await?.into_parts();
    let mut data = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        data.extend_from_slice(&chunk);
    }
    let trailers = body.trailers().await?;
    let message = decode_percent(value(&head.headers, trailers.as_ref(), "grpc-message"));
    Ok(Answer { status: head.status, headers: head.headers, data: data.freeze(), trailers, message })
}
