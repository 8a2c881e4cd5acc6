//! A service whose requests choose its behaviour, and which counts its calls in flight.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use rust_svc::{Adapter, Client, Context, Error, Method, Result, Streaming};
use tokio::{sync::Notify, task::JoinSet, time::sleep};

use crate::{Failure, footprint::settled};

pub(crate) const UNARY: Method = Method::unary("/soak.v1.Soak/Unary");
pub(crate) const DOWNLOAD: Method = Method::server_streaming("/soak.v1.Soak/Download");
pub(crate) const UPLOAD: Method = Method::client_streaming("/soak.v1.Soak/Upload");
pub(crate) const CHAT: Method = Method::bidi_streaming("/soak.v1.Soak/Chat");

/// The concurrency limit of the server.
pub(crate) const PERMITS: usize = 100;

/// The message of a handler that panics.
pub(crate) const PANIC: &str = "as asked";

#[derive(Debug)]
pub(crate) struct Service {
    under_way: Arc<AtomicUsize>,
    release: Notify,
}

/// A call that is in flight until this is dropped.
struct Call(Arc<AtomicUsize>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

pub(crate) fn adapter(service: Arc<Service>) -> Adapter<Service> {
    Adapter::new("soak.v1.Soak", service)
        .unary(UNARY, |it: &Service, cx, request: String| it.unary(cx, request))
        .server_streaming(DOWNLOAD, |it: &Service, cx, request: String| it.download(cx, request))
        .client_streaming(UPLOAD, |it: &Service, cx, requests: Streaming<String>| it.upload(cx, requests))
        .bidi_streaming(CHAT, |it: &Service, cx, requests: Streaming<String>| it.chat(cx, requests))
}

impl Service {
    pub(crate) fn new() -> Self {
        Self { under_way: Arc::default(), release: Notify::new() }
    }

    /// The number of handlers and streams in flight.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Relaxed)
    }

    fn begin(&self) -> Call {
        self.under_way.fetch_add(1, Relaxed);
        Call(self.under_way.clone())
    }

    fn unary(&self, cx: Context, request: String) -> BoxFuture<'_, Result<String>> {
        let call = self.begin();
        Box::pin(async move {
            let _call = call;
            match request.as_str() {
                "hang" => std::future::pending().await,
                "hold" => self.release.notified().await,
                "sleep" => sleep(Duration::from_millis(fastrand::u64(..20))).await,
                "error" => return Err(Error::failed_precondition("as asked")),
                "panic" => panic!("{PANIC}"),
                "child" => drop(cx.child()),
                _ => (),
            }
            Ok(request)
        })
    }

    /// Streams the requested number of kilobytes, or an endless stream.
    fn download(&self, _: Context, request: String) -> BoxFuture<'_, Result<Streaming<String>>> {
        let call = self.begin();
        Box::pin(async move {
            let messages = request.parse::<usize>().unwrap_or(usize::MAX);
            let (sender, stream) = Streaming::channel(1);
            tokio::spawn(async move {
                let _call = call;
                for _ in 0..messages {
                    if sender.send("x".repeat(1024)).await.is_err() {
                        return;
                    }
                }
            });
            Ok(stream)
        })
    }

    fn upload(&self, _: Context, mut requests: Streaming<String>) -> BoxFuture<'_, Result<String>> {
        let call = self.begin();
        Box::pin(async move {
            let _call = call;
            let mut bytes = 0;
            while let Some(request) = requests.next().await.transpose()? {
                bytes += request.len();
            }
            Ok(bytes.to_string())
        })
    }

    fn chat(&self, _: Context, requests: Streaming<String>) -> BoxFuture<'_, Result<Streaming<String>>> {
        let call = self.begin();
        Box::pin(async move {
            Ok(requests.map(move |request| {
                let _alive = &call;
                request
            }))
        })
    }
}

/// Acquires and releases every permit, which shows that none was lost.
pub(crate) async fn fill(service: &Arc<Service>, address: SocketAddr) -> Result<(), Failure> {
    let client = Client::new(format!("http://{address}"))?;
    let mut calls = JoinSet::new();
    for _ in 0..PERMITS {
        let client = client.clone();
        calls.spawn(async move { client.unary(UNARY, Context::new(), "hold".to_owned()).await });
    }
    settled("places are lost", || service.under_way() == PERMITS).await?;
    service.release.notify_waiters();
    while let Some(answer) = calls.join_next().await {
        let _: String = answer??;
    }
    Ok(())
}
