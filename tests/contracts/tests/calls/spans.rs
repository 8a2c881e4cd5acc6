//! Spans of servers and clients.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rust_svc::{
    Client, Context, Error, Method, Server,
    intercept::Chain,
    observe::{Trace, names},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use tracing_subscriber::layer::{self, Layer, SubscriberExt};

use crate::{
    golden::user::user::v1::{
        GetUserRequest, User, UserService as _, UserServiceClient, UserServiceFake, user_service_adapter,
        user_service_gateway,
    },
    traces::listen,
};

/// The attributes of one span.
#[derive(Clone, Default)]
struct SpanAttributes(BTreeMap<&'static str, String>);

/// The spans of calls, in the order in which they began.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<(Id, SpanAttributes)>>>);

impl Visit for SpanAttributes {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: layer::Context<'_, S>) {
        if attributes.metadata().target() == "rust_svc::trace" {
            let mut said = SpanAttributes::default();
            attributes.record(&mut said);
            self.all().push((id.clone(), said));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: layer::Context<'_, S>) {
        if let Some((_, said)) = self.all().iter_mut().rev().find(|(known, _)| known == id) {
            values.record(said);
        }
    }
}

impl Spans {
    fn subscribe() -> (Self, DefaultGuard) {
        let spans = Self::default();
        let guard = listen(tracing_subscriber::registry().with(spans.clone()));
        (spans, guard)
    }

    fn all(&self) -> MutexGuard<'_, Vec<(Id, SpanAttributes)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the attributes of the only new span, except its identifiers in the trace.
    fn last(&self) -> BTreeMap<&'static str, String> {
        let (_, SpanAttributes(mut said)) = self.all().pop().expect("a span");
        assert!(self.all().is_empty(), "there is one more");
        for place in ["trace_id", "span_id"] {
            assert!(said.remove(place).is_some_and(|place| !place.is_empty()), "{said:?}");
        }
        said
    }
}

async fn served(fake: &UserServiceFake) -> SocketAddr {
    let fake = Arc::new(fake.clone());
    let server = Server::new().adapter(user_service_adapter(fake.clone())).gateway(user_service_gateway(fake));
    let bound = server.chain(&Chain::new().intercept(Trace::new())).bind("127.0.0.1:0").await.expect("a free port");
    let address = bound.local_addr();
    tokio::spawn(bound.run_until(std::future::pending()));
    address
}

/// Sends a request over HTTP. Returns the address of the client.
async fn fetch(address: SocketAddr, line: &str) -> SocketAddr {
    let mut socket = TcpStream::connect(address).await.expect("a connection");
    let peer = socket.local_addr().expect("connected");
    let request = format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.expect("a request");
    socket.read_to_end(&mut Vec::new()).await.expect("an answer");
    peer
}

#[tokio::test]
async fn http_spans_have_the_attributes_of_their_requests() {
    const ROUTE: Option<&str> = Some("/v1/users/{user_id}");
    let (spans, _guard) = Spans::subscribe();
    let fake = UserServiceFake::new();
    fake.get_user.returns(User::default());
    fake.get_user.fails(Error::not_found("no such user"));
    fake.get_user.fails(Error::unavailable("starting"));
    let address = served(&fake).await;
    for (line, method, route, status, code, is_fault) in [
        ("GET /v1/users/ada", "GET", ROUTE, 200, "OK", false),
        ("GET /v1/users/bob", "GET", ROUTE, 404, "NOT_FOUND", false),
        ("GET /v1/users/eve", "GET", ROUTE, 503, "UNAVAILABLE", true),
        ("GET /v1/users/ada?secret=1", "GET", ROUTE, 400, "INVALID_ARGUMENT", false),
        ("GET /secret", "GET", None, 404, "NOT_FOUND", false),
        ("GET /secret%zz", "GET", None, 400, "INVALID_ARGUMENT", false),
        ("TRACE /v1/users/ada", "TRACE", None, 405, "UNIMPLEMENTED", false),
        ("SECRET /v1/users/ada", "_OTHER", None, 405, "UNIMPLEMENTED", false),
    ] {
        let peer = fetch(address, line).await;
        let name = route.map_or(method.to_owned(), |route| format!("{method} {route}"));
        let mut expected = BTreeMap::from([
            ("otel.kind", "server".to_owned()),
            ("otel.name", name),
            (names::HTTP_METHOD, method.to_owned()),
            (names::HTTP_SCHEME, "http".to_owned()),
            (names::HTTP_STATUS, status.to_string()),
            (names::METHOD, route.map_or(names::OTHER, |_| "user.v1.UserService/GetUser").to_owned()),
            (names::STATUS, code.to_owned()),
            (names::PEER_ADDRESS, peer.ip().to_string()),
            (names::PEER_PORT, peer.port().to_string()),
        ]);
        expected.extend(route.map(|route| (names::HTTP_ROUTE, route.to_owned())));
        expected.extend(is_fault.then(|| ("otel.status_code", "ERROR".to_owned())));
        expected.extend(is_fault.then(|| (names::ERROR_TYPE, status.to_string())));
        assert_eq!(spans.last(), expected, "{line}");
    }
}

#[tokio::test]
async fn unknown_methods_have_server_spans() {
    let (spans, _guard) = Spans::subscribe();
    let address = served(&UserServiceFake::new()).await;
    let client = Client::new(format!("http://{address}")).expect("an address");
    for path in ["/user.v1.UserService/Secret", "/secret.v1.UserService/GetUser", "/s/e/c/r/e/t"] {
        let method = Method::unary(path).no_breaker();
        let answer: rust_svc::Result<User> = client.unary(method, Context::new(), GetUserRequest::default()).await;
        answer.expect_err("unknown");
        let mut said = spans.last();
        said.remove(names::PEER_PORT).expect("a peer");
        let expected = BTreeMap::from([
            ("otel.kind", "server"),
            ("otel.name", names::OTHER),
            ("otel.status_code", "ERROR"),
            (names::ERROR_TYPE, "UNIMPLEMENTED"),
            (names::PEER_ADDRESS, "127.0.0.1"),
            (names::SYSTEM, "grpc"),
            (names::METHOD, names::OTHER),
            (names::STATUS, "UNIMPLEMENTED"),
        ]);
        assert_eq!(said, expected.into_iter().map(|(name, value)| (name, value.to_owned())).collect(), "{path}");
    }
}

#[tokio::test]
async fn client_spans_have_the_attributes_of_their_calls() {
    let (spans, _guard) = Spans::subscribe();
    let chain = Chain::new().intercept(Trace::new());
    let fake = UserServiceFake::new();
    for (address, host, port) in [
        ("http://inventory", "inventory", Some("80")),
        ("http://[::1]:50051", "::1", Some("50051")),
        ("unix:/run/users.sock", "/run/users.sock", None),
        ("users", "users", None),
    ] {
        fake.get_user.returns(User::default());
        let routes = rust_svc::adapter::Routes::from(user_service_adapter(Arc::new(fake.clone())));
        let client = Client::builder(address).chain(&chain).build_from_service(routes).expect("a client");
        UserServiceClient(client).get_user(Context::new(), GetUserRequest::default()).await.expect("a user");
        let Some((_, SpanAttributes(said))) = spans.all().drain(..).next() else { panic!("there are no spans") };
        assert_eq!(said.get(names::SERVER_ADDRESS).map(String::as_str), Some(host));
        assert_eq!(said.get(names::SERVER_PORT).map(String::as_str), port);
    }
}
