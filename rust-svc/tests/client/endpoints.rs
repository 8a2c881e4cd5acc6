//! The endpoints of a client in metrics, spans and for observers.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex},
};

use rust_svc::{
    Client, Method,
    client::Endpoint,
    intercept::{Call, Chain, EndpointChange, EndpointEvent, Observer, Outcome},
    observe::{Metrics, Trace},
};
use tokio::sync::watch;
use tracing::{field::Visit, span};

use crate::{GET, call, wire::Server};

const UNAVAILABLE: i32 = 14;
const PUT: Method = GET.no_breaker();

/// Starts a server that fails, and one that answers.
async fn servers() -> [Server; 2] {
    let failing = Server::start(|call| async move { call.fail(UNAVAILABLE) }).await;
    [failing, Server::start(|call| async move { call.answer("answer") }).await]
}

fn client(servers: &[Server], chain: &Chain) -> (watch::Sender<Vec<Endpoint>>, Client) {
    let (sender, receiver) = watch::channel(servers.iter().map(|server| Endpoint::from(server.address)).collect());
    (sender, Client::builder("http://localhost:1").resolver(receiver).chain(chain).build().unwrap())
}

#[tokio::test]
async fn metrics_count_attempts_failures_and_ejections_of_each_endpoint() {
    let (servers, metrics) = (servers().await, Metrics::new());
    let (endpoints, client) = client(&servers, &Chain::new().observe(metrics.clone()));
    client.connect().await.unwrap();
    for _ in 0..20 {
        let _ = call(&client, PUT).await;
    }
    let value = |name: &str, server: &Server| {
        let labels =
            format!(r#"{{rpc_client_endpoint="{}",server_address="localhost",server_port="1"}} "#, server.address);
        let line = format!("rpc_client_endpoint_{name}_total{labels}");
        metrics.text().lines().find_map(|text| Some(text.strip_prefix(&line)?.parse::<usize>().unwrap()))
    };
    let [failing, healthy] = &servers;
    let failed = failing.calls();
    assert_eq!((value("attempts", failing), value("failures", failing)), (Some(failed), Some(failed)));
    assert_eq!((value("attempts", healthy), value("failures", healthy)), (Some(20 - failed), Some(0)));
    assert_eq!((value("ejections", failing), value("ejections", healthy)), (Some(1), Some(0)));

    endpoints.send_replace(vec![Endpoint::from(healthy.address)]);
    while value("attempts", failing).is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(value("attempts", healthy), Some(20 - failed), "it has left its list, the other has not");
}

#[derive(Clone, Default)]
struct Recorder {
    attempts: Arc<Mutex<BTreeSet<(String, String)>>>,
    events: Arc<Mutex<Vec<(String, EndpointEvent)>>>,
}

impl Observer for Recorder {
    fn ended(&self, _: &Call, _: &Outcome) {}

    fn attempted(&self, _: &Call, outcome: &Outcome) {
        let peer = outcome.peer.map(|peer| peer.to_string()).unwrap_or_default();
        let endpoint = outcome.endpoint.as_deref().unwrap_or_default().to_owned();
        self.attempts.lock().unwrap().insert((peer, endpoint));
    }

    fn endpoint_changed(&self, change: &EndpointChange) {
        assert_eq!(change.target().as_str(), "http://localhost:1");
        self.events.lock().unwrap().push((change.endpoint().to_string(), change.event()));
    }
}

#[tokio::test]
async fn observers_see_the_endpoint_of_each_attempt_and_its_changes() {
    let (servers, recorder) = (servers().await, Recorder::default());
    let (endpoints, client) = client(&servers, &Chain::new().observe(recorder.clone()));
    client.connect().await.unwrap();
    for _ in 0..20 {
        let _ = call(&client, PUT).await;
    }
    let [failing, healthy] = servers.each_ref().map(|server| server.address.to_string());
    let both = [&failing, &healthy].map(|address| (address.clone(), address.clone()));
    assert_eq!(*recorder.attempts.lock().unwrap(), both.into_iter().collect());
    assert_eq!(*recorder.events.lock().unwrap(), [(failing.clone(), EndpointEvent::Ejected)]);
    endpoints.send_replace(vec![Endpoint::from(servers[1].address)]);
    while recorder.events.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(recorder.events.lock().unwrap()[1], (failing, EndpointEvent::Removed));
}

/// Records the peers of the spans of attempts.
#[derive(Clone, Default)]
struct PeerSpans(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for PeerSpans {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == "attempt"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for PeerSpans {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        if field.name().starts_with("network.peer.") {
            self.0.lock().unwrap().push(format!("{}={value:?}", field.name()));
        }
    }
}

#[tokio::test]
async fn spans_of_attempts_have_the_address_of_the_server() {
    let spans = PeerSpans::default();
    let _default = tracing::subscriber::set_default(spans.clone());
    let mut expected = Vec::new();
    for server in servers().await {
        let client = Client::builder(format!("http://{}", server.address));
        let client = client.chain(&Chain::new().intercept(Trace::new().sampled())).build().unwrap();
        let _: Result<_, _> = call(&client, PUT).await;
        expected.push("network.peer.address=127.0.0.1".to_owned());
        expected.push(format!("network.peer.port={}", server.address.port()));
    }
    assert_eq!(*spans.0.lock().unwrap(), expected);
}
