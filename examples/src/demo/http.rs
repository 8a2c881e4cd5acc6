//! A client of HTTP and JSON.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::time::timeout;

use crate::node::BoxError;

/// The timeout of a call.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A client of one server.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    authorization: String,
}

/// A response.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// The status of HTTP.
    pub(super) status: u16,
    /// The body; null if it is not JSON.
    pub(super) body: Value,
}

impl Http {
    /// Creates a client that sends a bearer token, if it is not empty.
    pub(super) fn new(base: &str, token: &str) -> Self {
        let authorization = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
        Self { client: Client::builder(TokioExecutor::new()).build_http(), base: base.to_owned(), authorization }
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) async fn get(&self, path: &str) -> Result<Reply, BoxError> {
        self.call(Method::GET, path, String::new()).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Reply, BoxError> {
        self.call(Method::POST, path, body.to_string()).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Reply, BoxError> {
        self.call(Method::PUT, path, body.to_string()).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Reply, BoxError> {
        self.call(Method::PATCH, path, body.to_string()).await
    }

    /// Sends a stream of messages, a line each.
    pub(super) async fn upload(&self, path: &str, messages: &[Value]) -> Result<Reply, BoxError> {
        let lines: String = messages.iter().map(|message| format!("{message}\n")).collect();
        self.call(Method::POST, path, lines).await
    }

    /// Reads a stream of messages, a line each.
    pub(super) async fn stream(&self, path: &str) -> Result<Lines, BoxError> {
        let response = timeout(TIMEOUT, self.client.request(self.request(Method::GET, path, String::new())?)).await??;
        Ok(Lines { body: response.into_body(), buffer: BytesMut::new() })
    }

    /// Reads a text.
    pub(super) async fn text(&self, path: &str) -> Result<String, BoxError> {
        let read = async {
            let response = self.client.request(self.request(Method::GET, path, String::new())?).await?;
            Ok(String::from_utf8_lossy(&response.into_body().collect().await?.to_bytes()).into_owned())
        };
        timeout(TIMEOUT, read).await?
    }

    async fn call(&self, method: Method, path: &str, body: String) -> Result<Reply, BoxError> {
        let request = self.request(method, path, body)?;
        let answered = async {
            let response = self.client.request(request).await?;
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await?.to_bytes();
            Ok(Reply { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
        };
        timeout(TIMEOUT, answered).await.map_err(|_| format!("{path} was not answered in {TIMEOUT:?}"))?
    }

    fn request(&self, method: Method, path: &str, body: String) -> Result<Request<Full<Bytes>>, http::Error> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = match self.authorization.as_str() {
            "" => request,
            authorization => request.header(header::AUTHORIZATION, authorization),
        };
        request.body(Full::from(body))
    }
}

/// A stream of messages, a line each.
#[derive(Debug)]
pub(super) struct Lines {
    body: Incoming,
    buffer: BytesMut,
}

impl Lines {
    /// The next message; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Value>, BoxError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1);
                return Ok(Some(serde_json::from_slice(&line)?));
            }
            let frame = timeout(TIMEOUT, self.body.frame()).await;
            let frame = frame.map_err(|_| format!("a stream was silent for {TIMEOUT:?}"))?;
            match frame.transpose()? {
                Some(frame) => self.buffer.extend_from_slice(&frame.into_data().unwrap_or_default()),
                None => return Ok(None),
            }
        }
    }
}
