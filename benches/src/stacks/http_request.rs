//! A server alone: HTTP requests without a client and a connection.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tower::{Service, ServiceExt};

use super::{
    generated::tonic as messages,
    stack::{Caller, check},
};
use crate::{error::Result, request};

/// Sends the same bytes to any HTTP service.
#[derive(Clone)]
pub struct HttpCaller<S>(pub S);

impl<S, B> Caller for HttpCaller<S>
where
    S: Service<Request<tonic::body::Body>, Response = Response<B>, Future: Send> + Clone + Send + 'static,
    S::Error: std::error::Error + Send + Sync + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync + 'static,
{
    async fn echo(&mut self) -> Result<()> {
        let body = framed(&request!(messages::EchoRequest));
        let mut request = Request::new(tonic::body::Body::new(Full::new(body)));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = Uri::from_static("/bench.wire.v1.EchoService/Echo");
        headers(request.headers_mut());
        let response = self.0.ready().await?.call(request).await?;
        let answer = response.into_body().collect().await?;
        let is_ok = answer.trailers().and_then(|trailers| trailers.get("grpc-status")).is_some_and(|it| it == "0");
        if !is_ok {
            return Err("the call failed".into());
        }
        check(messages::EchoResponse::decode(&answer.to_bytes()[5..])?.number)
    }

    async fn repeat(&mut self, _: u32) -> Result<()> {
        Err("only whole calls are measured".into())
    }
}

fn headers(headers: &mut HeaderMap) {
    for (name, value) in [
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("user-agent", "bench/1"),
        ("grpc-timeout", "10000000u"),
        ("grpc-accept-encoding", "gzip"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn framed(message: &messages::EchoRequest) -> Bytes {
    let mut bytes = vec![0; 5];
    // Encoding into a `Vec`, which grows, cannot fail.
    let _ = message.encode(&mut bytes);
    let length = (bytes.len() - 5) as u32;
    bytes[1..5].copy_from_slice(&length.to_be_bytes());
    bytes.into()
}
