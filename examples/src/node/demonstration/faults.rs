//! Faults of a process, on command of whoever started it.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use rust_svc::{Body, Server};
use tokio::{sync::watch, time::sleep};
use tower::{Service, layer::layer_fn};

/// The faults of a process. Clones share them.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Faults(Arc<Settings>);

#[derive(Debug, Default)]
struct Settings {
    latency_millis: AtomicU64,
    error_percent: AtomicU64,
    lost_percent: AtomicU64,
    requests: AtomicU64,
    is_disk_full: watch::Sender<bool>,
}

impl Faults {
    /// Obeys a line such as `latency 200`, `errors 30`, `lost 30`, `disk full` or `disk free`. Ignores any other.
    pub(in super::super) fn obey(&self, line: &str) {
        let Some((fault, value)) = line.trim().split_once(' ') else { return };
        let number = value.parse().unwrap_or(0);
        match fault {
            "latency" => self.0.latency_millis.store(number, Relaxed),
            "errors" => self.0.error_percent.store(number, Relaxed),
            "lost" => self.0.lost_percent.store(number, Relaxed),
            "disk" => drop(self.0.is_disk_full.send_replace(value == "full")),
            _ => (),
        }
    }

    /// Whether the disk is full.
    pub(in super::super) fn disk(&self) -> watch::Receiver<bool> {
        self.0.is_disk_full.subscribe()
    }

    /// Puts the faults around the requests of a server.
    pub(in super::super) fn around(&self, server: Server) -> Server {
        let faults = self.clone();
        server.layer(layer_fn(move |inner| Faulty { inner, faults: faults.clone() }))
    }

    /// Whether a request is among these percent, spread evenly.
    fn hits(&self, percent: &AtomicU64) -> bool {
        percent.load(Relaxed) > self.0.requests.fetch_add(37, Relaxed) % 100
    }
}

/// A service with faults.
#[derive(Clone)]
struct Faulty<S> {
    inner: S,
    faults: Faults,
}

impl<S> Service<Request<Body>> for Faulty<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let faults = self.faults.clone();
        let is_shown = !request.uri().path().starts_with("/metrics") && !request.uri().path().starts_with("/demo");
        if !is_shown {
            return Box::pin(self.inner.call(request));
        }
        let answer = (!faults.hits(&faults.0.error_percent)).then(|| self.inner.call(request));
        Box::pin(async move {
            sleep(Duration::from_millis(faults.0.latency_millis.load(Relaxed))).await;
            let Some(answer) = answer else { return Ok(unavailable()) };
            let answered = answer.await?;
            Ok(if faults.hits(&faults.0.lost_percent) { unavailable() } else { answered })
        })
    }
}

/// Callers of gRPC read this as UNAVAILABLE, too.
fn unavailable() -> Response<Body> {
    let mut response = Response::new(Body::new(Empty::new()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
