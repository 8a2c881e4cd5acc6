//! A service in this process, so that the clock can be paused.

use std::{
    convert::Infallible,
    future::Future,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use rust_svc::{Body, Client, client::ClientBuilder};
use tokio::time::Instant;

use crate::wire::{frame, status};

/// The headers and arrival times of requests.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<(Instant, HeaderMap)>>>);

impl Log {
    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(crate) fn header(&self, name: &str) -> Vec<Option<String>> {
        let text = |headers: &HeaderMap| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        self.0.lock().unwrap().iter().map(|(_, headers)| text(headers)).collect()
    }

    /// Returns the milliseconds between each call and the next.
    pub(crate) fn waits(&self) -> Vec<u128> {
        let log = self.0.lock().unwrap();
        log.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_millis()).collect()
    }
}

/// Creates a client of a handler, which receives the number of earlier calls.
pub(crate) fn client<F>(handler: impl Fn(usize) -> F + Clone + Send + Sync + 'static) -> (Client, Log)
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    build(Client::builder("local"), handler)
}

pub(crate) fn build<F>(
    builder: ClientBuilder,
    handler: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) -> (Client, Log)
where
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let log = Log::default();
    let seen = log.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let index = seen.calls();
        seen.0.lock().unwrap().push((Instant::now(), request.headers().clone()));
        let response = handler(index);
        async move { Ok::<_, Infallible>(response.await) }
    });
    (builder.build_from_service(service).unwrap(), log)
}

/// Returns a response with one text.
pub(crate) fn answer(text: &str) -> Response<Body> {
    pieces([Frame::data(frame(text)), Frame::trailers(status(0))])
}

/// Returns a response with these frames.
pub(crate) fn pieces(pieces: impl IntoIterator<Item = Frame<Bytes>, IntoIter: Send + 'static>) -> Response<Body> {
    let body = StreamBody::new(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)));
    Response::builder().header("content-type", "application/grpc").body(Body::new(body)).unwrap()
}

/// Returns a trailers-only response.
pub(crate) fn failure(code: i32) -> Response<Body> {
    failure_with(code, &[])
}

pub(crate) fn failure_with(code: i32, headers: &[(&str, &str)]) -> Response<Body> {
    let builder = Response::builder().header("content-type", "application/grpc").header("grpc-status", code);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(Body::empty()).unwrap()
}
