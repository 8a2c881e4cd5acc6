//! Tower layers of the caller around the requests of a client.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{self, Poll},
    time::Duration,
};

use http::{HeaderValue, Request};
use rust_svc::{
    Body, Breaker, Client, Code, Context, Message, Method, Streaming, Violations,
    client::{BreakerState, HttpService, LoadBalancing},
};
use tokio::time;
use tower::{BoxError, Layer, Service};

use crate::{
    CHAT, GET, SENSITIVE, call,
    in_process::{answer, build},
    wire::{Call, Server, Then, frame, status},
};

/// Adds a header, and counts requests.
#[derive(Clone)]
struct Tag(&'static str, Arc<AtomicUsize>);

#[derive(Clone)]
struct Tagged<S>(S, Tag);

impl<S> Layer<S> for Tag {
    type Service = Tagged<S>;

    fn layer(&self, inner: S) -> Tagged<S> {
        Tagged(inner, self.clone())
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for Tagged<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> S::Future {
        let Tag(name, requests) = &self.1;
        requests.fetch_add(1, Relaxed);
        let before = request.headers().get("x-layers").map_or("", |value| value.to_str().unwrap());
        let value = HeaderValue::from_str(&format!("{before}{name}")).unwrap();
        request.headers_mut().insert("x-layers", value);
        self.0.call(request)
    }
}

#[tokio::test]
async fn layers_wrap_each_attempt() {
    let server = Server::start(|call| async move {
        if call.index == 0 { call.fail(Code::Unavailable.number()) } else { call.answer("answer") }
    })
    .await;
    let requests = Arc::new(AtomicUsize::new(0));
    let builder = Client::builder(format!("http://{}", server.address));
    let client = builder.layer(Tag("b", requests.clone())).layer(Tag("a", requests.clone())).build().unwrap();
    assert_eq!(call(&client, GET.no_side_effects().timeout_ms(5000)).await.unwrap(), "answer");
    assert_eq!(requests.load(Relaxed), 4);
    assert_eq!(server.header("x-layers"), vec![Some("ab".to_owned()); 2], "the layer that was added last is outside");
    assert_eq!(server.header("grpc-previous-rpc-attempts"), [None, Some("1".to_owned())]);
    let timeouts = server.header("grpc-timeout");
    assert!(timeouts.iter().flatten().all(|timeout| timeout.ends_with('u')), "{timeouts:?}");
    client.connect().await.unwrap();
}

#[tokio::test]
async fn streams_pass_layers() {
    let server = Server::start(|mut call| async move {
        let first = call.next().await.unwrap().unwrap();
        let mut stream = call.begin();
        stream.send_data(frame(&first), false).unwrap();
        while let Some(Ok(text)) = call.next().await {
            stream.send_data(frame(&text), false).unwrap();
        }
        stream.send_trailers(status(0)).unwrap();
        Then::Keep
    })
    .await;
    let builder = Client::builder(format!("http://{}", server.address));
    let client = builder.layer(Tag("a", Arc::default())).build().unwrap();
    let (sender, requests) = Streaming::channel(1);
    let opened = client.bidi_streaming(CHAT, Context::new(), requests);
    let mut responses: Streaming<String> = time::timeout(Duration::from_secs(10), opened).await.unwrap().unwrap();
    for text in ["one", "two"] {
        sender.send(text.to_owned()).await.unwrap();
        assert_eq!(responses.message().await.unwrap().unwrap(), text);
    }
    drop(sender);
    assert!(responses.message().await.unwrap().is_none());
}

#[tokio::test]
async fn a_call_that_is_dropped_below_layers_is_reset() {
    let (sender, mut resets) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            let mut stream = call.begin();
            stream.send_data(frame("one"), false).unwrap();
            sender.send(std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap()).unwrap();
            Then::Keep
        }
    })
    .await;
    let builder = Client::builder(format!("http://{}", server.address));
    let client = builder.layer(Tag("a", Arc::default())).build().unwrap();
    let (_requests, stream) = Streaming::<String>::channel(1);
    let mut responses: Streaming<String> = client.bidi_streaming(CHAT, Context::new(), stream).await.unwrap();
    assert_eq!(responses.message().await.unwrap().unwrap(), "one");
    drop(responses);
    resets.recv().await.unwrap();
}

#[tokio::test]
async fn sick_replicas_are_ejected_below_layers() {
    // Least request picks at random among idle servers: so many calls do not all go to one of them.
    const PUT: Method = GET.breaker(Breaker::DEFAULT.min_calls(20).failure_percent(40));
    let failing = Server::start(|call| async move { call.fail(Code::Unavailable.number()) }).await;
    let healthy = Server::start(|call| async move { call.answer("answer") }).await;
    for policy in [LoadBalancing::RoundRobin, LoadBalancing::LeastRequest] {
        let builder = Client::builder(format!("static:{},{}", failing.address, healthy.address));
        let builder = builder.load_balancing(policy).layer(Tag("a", Arc::default()));
        let client = builder.build().unwrap();
        for _ in 0..40 {
            let _ = call(&client, PUT).await;
        }
        let before = failing.calls();
        for _ in 0..40 {
            assert_eq!(call(&client, PUT).await.unwrap(), "answer");
        }
        assert_eq!((failing.calls(), client.breaker(&PUT).unwrap().state()), (before, BreakerState::Closed));
    }
}

#[tokio::test(start_paused = true)]
async fn layers_wrap_services_in_this_process() {
    let (client, log) = build(Client::builder("local").layer(Tag("a", Arc::default())), |_| async { answer("answer") });
    assert_eq!(call(&client, GET).await.unwrap(), "answer");
    assert_eq!(log.header("x-layers"), [Some("a".to_owned())]);
}

/// The status of a service that tonic serves.
#[derive(Debug, PartialEq)]
struct Health(i32);

impl Message for Health {
    const NAME: &'static str = "grpc.health.v1.HealthCheckResponse";
    type Wire = tonic_health::pb::HealthCheckResponse;

    fn into_wire(self) -> Self::Wire {
        Self::Wire { status: self.0 }
    }

    fn read(wire: Self::Wire, _: &mut Violations) -> Option<Self> {
        Some(Self(wire.status))
    }
}

#[tokio::test]
async fn a_tonic_service_is_called_in_this_process() {
    const CHECK: Method = Method::unary("/grpc.health.v1.Health/Check").no_side_effects();
    const HEALTH_WATCH: Method = Method::server_streaming("/grpc.health.v1.Health/Watch");
    let (reporter, service) = tonic_health::server::health_reporter();
    let (serving, gone) = (tonic_health::ServingStatus::Serving, tonic_health::ServingStatus::NotServing);
    reporter.set_service_status("shop", serving).await;
    let plain = Client::from_service(service.clone());
    let layered = Client::builder("health").layer(Tag("a", Arc::default())).build_from_service(service).unwrap();
    for client in [plain, layered] {
        let check = |name: &str| client.unary::<_, Health, _, _>(CHECK, Context::new(), name.to_owned());
        assert_eq!(check("shop").await.unwrap(), Health(serving as i32));
        assert_eq!(check("unknown").await.unwrap_err().code(), Code::NotFound);
        let watch = client.server_streaming::<_, Health, _, _>(HEALTH_WATCH, Context::new(), "shop".to_owned());
        let mut watch = watch.await.unwrap();
        assert_eq!(watch.message().await.unwrap(), Some(Health(serving as i32)));
        reporter.set_service_status("shop", gone).await;
        assert_eq!(watch.message().await.unwrap(), Some(Health(gone as i32)));
        reporter.set_service_status("shop", serving).await;
    }
}

/// A layer that fails in place of the server, such as one that limits concurrency.
#[tokio::test]
async fn an_error_of_a_layer_fails_the_attempt() {
    let server = Server::start(|call| async move { call.answer("answer") }).await;
    let refuse = tower::layer::layer_fn(|_: HttpService| {
        tower::service_fn(|_: Request<Body>| async { Err::<http::Response<Body>, _>(BoxError::from("no permit")) })
    });
    let client = Client::builder(format!("http://{}", server.address)).layer(refuse).build().unwrap();
    let method = GET.breaker(SENSITIVE);
    for _ in 0..2 {
        assert_eq!(call(&client, method).await.unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!((server.calls(), client.breaker(&method).unwrap().state()), (0, BreakerState::Open));
}
