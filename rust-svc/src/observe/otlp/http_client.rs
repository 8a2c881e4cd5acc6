//! The HTTP client of the exporters.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::{runtime::Handle, time::timeout};

/// The longest time of a request, the default of OTLP.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest response, as in the clients of OpenTelemetry.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// Sends requests on a tokio runtime, because the exporters run on threads of their own.
#[derive(Clone, Debug)]
pub(super) struct RuntimeHttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

impl RuntimeHttpClient {
    /// Creates a client for the current runtime. Panics outside of one.
    pub(super) fn new() -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, runtime: Handle::current() }
    }

    async fn send(self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = self.client.request(request.map(Full::new)).await?.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_BYTES).collect().await?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

#[async_trait]
impl HttpClient for RuntimeHttpClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.clone();
        // A timer can be created on the runtime only.
        self.runtime.spawn(async move { timeout(TIMEOUT, client.send(request)).await? }).await?
    }
}
