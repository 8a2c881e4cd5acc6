//! Calls of every method of every case, through its client and adapter and through its gateway, to its fake.
#![allow(deprecated, reason = "some cases are, and are called all the same")]
#![allow(dead_code, unused_imports, reason = "a case by itself uses a part of this")]

use std::{fmt::Debug, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http_body_util::BodyExt as _;
use rust_svc::{
    Client, Code, Context, Error, Result, Server, Streaming, adapter,
    fake::{BidiStreaming, CallShape, ClientStreaming, MethodFake, ServerStreaming, Unary},
    gateway,
};
use tower::ServiceExt as _;

include!(concat!(env!("OUT_DIR"), "/calls.rs"));

/// Values for the variables of a path, one for each type: a text, a number, a bool, a time and so on.
const VALUES: [&str; 7] = ["some", "1", "1970-01-01T00:00:00Z", "1s", "true", "MQ==", "1.5"];

/// The timeout of a message.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Requests and responses of a method.
trait Message: Clone + Debug + Default + Send + Sync + 'static {}

impl<T: Clone + Debug + Default + Send + Sync + 'static> Message for T {}

/// A client of a server that serves these routes on a port of its own.
async fn remote(routes: impl Into<adapter::Routes>) -> Client {
    let server = Server::new().adapter(routes).bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", server.local_addr());
    tokio::spawn(server.run_until(std::future::pending()));
    Client::new(&address).expect("an address")
}

// Scripts are unchecked, because default messages may lack what the contract requires.

async fn unary<Q: Message, R: Message>(name: &str, fake: &Unary<Q, R>, call: impl AsyncFn(Context, Q) -> Result<R>) {
    fake.fails(failure());
    if !refused(name, call(Context::new(), Q::default()).await) {
        return fake.called(0);
    }
    fake.unchecked().always(R::default());
    let answer = call(Context::new(), Q::default()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    same(name, &answer, &R::default());
    same(name, &fake.requests(), &[Q::default(), Q::default()]);
}

async fn server_streaming<Q: Message, R: Message>(
    name: &str,
    fake: &ServerStreaming<Q, R>,
    call: impl AsyncFn(Context, Q) -> Result<Streaming<R>>,
) {
    fake.fails(failure());
    if !refused(name, all(call(Context::new(), Q::default()).await).await) {
        return fake.called(0);
    }
    fake.unchecked().always([R::default(), R::default()]);
    let answers = all(call(Context::new(), Q::default()).await).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    same(name, &answers, &[R::default(), R::default()]);
    same(name, &fake.requests(), &[Q::default(), Q::default()]);
}

async fn client_streaming<Q: Message, R: Message>(
    name: &str,
    fake: &ClientStreaming<Q, R>,
    call: impl AsyncFn(Context, Streaming<Q>) -> Result<R>,
) {
    fake.fails(failure());
    assert!(refused(name, call(Context::new(), two()).await));
    fake.reset_calls();
    fake.unchecked().always(R::default());
    let Some(answer) = unless_lacking(name, call(Context::new(), two()).await) else { return };
    same(name, &answer, &R::default());
    same(name, &fake.requests(), &[Q::default(), Q::default()]);
}

async fn bidi_streaming<Q: Message, R: Message>(
    name: &str,
    fake: &BidiStreaming<Q, R>,
    call: impl AsyncFn(Context, Streaming<Q>) -> Result<Streaming<R>>,
) {
    fake.fails(failure());
    assert!(refused(name, all(call(Context::new(), two()).await).await));
    fake.reset_calls();
    fake.unchecked().expect(TIMEOUT, |_| true).send(R::default()).expect(TIMEOUT, |_| true).send(R::default()).end();
    let Some(answers) = unless_lacking(name, all(call(Context::new(), two()).await).await) else { return };
    same(name, &answers, &[R::default(), R::default()]);
    same(name, &fake.requests(), &[Q::default(), Q::default()]);
}

/// Checks that an HTTP request reaches a method. The errors for its variables show which kind of value each needs.
async fn route<S: CallShape>(gateway: &Router, fake: &MethodFake<S>, verb: &str, template: &str) {
    let mut kinds: Vec<_> = variables(template).map(|variable| (variable, 0)).collect();
    fake.reset_calls();
    loop {
        let (status, body) = ask(gateway, verb, &path(template, &kinds), "").await;
        if status == 200 {
            return fake.called(1);
        }
        let wrong = kinds.iter_mut().find(|(variable, _)| body.contains(&format!("\"field\":\"{variable}\"")));
        match wrong {
            Some((_, kind)) if *kind + 1 < VALUES.len() => *kind += 1,
            _ => return assert!(lacks(&body), "{verb} {template}: {status} {body}"),
        }
    }
}

/// Whether missing required fields are the only violations of a request.
fn lacks(body: &str) -> bool {
    let required = body.matches("\"reason\":\"REQUIRED\"").count();
    required > 0 && required == body.matches("\"field\":").count()
}

/// Checks a request of a case against its response, or against a part of its error.
#[allow(dead_code, reason = "contracts that are drawn write down none")]
async fn asked(gateway: &Router, line: &str) {
    let (request, expected) = line.split_once(" -> ").expect("an answer");
    let mut words = request.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (status, body) = ask(gateway, word(), word(), word()).await;
    let answer = format!("{status} {body}");
    let is_right = match expected.split_once(' ').expect("a status") {
        ("200", _) => answer == expected,
        (code, part) => status.to_string() == code && body.contains(part),
    };
    assert!(is_right, "{line}: {answer}");
}

async fn ask(gateway: &Router, verb: &str, path: &str, body: &str) -> (u16, String) {
    let verb = if verb == "*" { "POST" } else { verb };
    let request = http::Request::builder().method(verb).uri(path).header("content-type", "application/json");
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    let response = gateway.clone().oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn variables(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|variable| variable.split(['=', '}']).next())
}

/// A path that matches a template.
fn path(template: &str, kinds: &[(&str, usize)]) -> String {
    let mut parts = template.split('{');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for (part, (_, kind)) in parts.zip(kinds) {
        let (variable, after) = part.split_once('}').expect("a variable ends");
        let pattern = variable.split_once('=').map_or("*", |(_, pattern)| pattern);
        path.extend([&pattern.replace("**", "*").replace('*', VALUES[*kind]), after]);
    }
    path.replace("**", "*").replace('*', VALUES[0])
}

async fn all<R: Send + 'static>(answers: Result<Streaming<R>>) -> Result<Vec<R>> {
    answers?.collect().await
}

fn two<Q: Message>() -> Streaming<Q> {
    Streaming::from_messages([Q::default(), Q::default()])
}

/// An error that no policy retries.
fn failure() -> Error {
    Error::new(Code::DataLoss, "all of it")
}

/// Whether a call reached the fake, which failed it. A message without required fields does not reach it.
fn refused<R>(name: &str, answer: Result<R>) -> bool {
    let error = answer.err().unwrap_or_else(|| panic!("{name}: the failure is lost"));
    if !is_lack(&error) {
        assert_eq!((error.code(), error.message()), (Code::DataLoss, "all of it"), "{name}");
    }
    !is_lack(&error)
}

/// Whether missing required fields are the only violations.
fn is_lack(error: &Error) -> bool {
    error.message().split("; ").all(|violation| violation.ends_with(": is required"))
}

/// The response to a stream of requests. `None` if they lack required fields, which is detected when the fake reads
/// them.
fn unless_lacking<R>(name: &str, answer: Result<R>) -> Option<R> {
    answer.inspect_err(|error| assert!(is_lack(error), "{name}: {error}")).ok()
}

/// Compares the debug texts, because NaN differs from itself.
fn same(name: &str, got: &(impl Debug + ?Sized), expected: &(impl Debug + ?Sized)) {
    assert_eq!(format!("{got:?}"), format!("{expected:?}"), "{name}");
}
