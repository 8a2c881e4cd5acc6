//! From a request to its route.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header, request::Parts},
};
use futures::{FutureExt, TryFutureExt};
use tokio::time::{self, Instant};
use tracing::Instrument;

use super::{
    GatewaySettings, MatchedRoute, answer,
    endpoint::{BoundRoute, DeclaredRoute},
    exchange::{self, HttpExchange},
    failure::HttpError,
    routes::RoutesError,
    trie::{PathError, RequestPath, RouteTrie},
};
use crate::{
    Code, Error,
    call::connection_info::HttpConnInfo,
    call::shutdown::ShutdownSignal,
    intercept::{Chain, HttpRoute, NO_METHOD, Side, panicked},
    observe::names,
};

/// The kind of a route that takes every method of HTTP.
const ANY: &str = "*";

/// All routes, ready to be found.
#[derive(Debug)]
pub(super) struct Dispatcher {
    endpoints: Vec<Arc<BoundRoute>>,
    tries: HashMap<&'static str, RouteTrie>,
    settings: Arc<GatewaySettings>,
    /// What sees requests that no route takes.
    around: Chain,
}

impl Dispatcher {
    pub(super) fn new(
        declared: Vec<DeclaredRoute>,
        settings: GatewaySettings,
        around: Chain,
    ) -> Result<Self, RoutesError> {
        let mut front = Self { endpoints: Vec::new(), tries: HashMap::new(), settings: Arc::new(settings), around };
        let add = |declared| front.add(declared).err();
        let wrong: Vec<String> = declared.into_iter().filter_map(add).collect();
        if wrong.is_empty() { Ok(front) } else { Err(RoutesError(wrong)) }
    }

    fn add(&mut self, declared: DeclaredRoute) -> Result<(), String> {
        let name = format!("{declared:?}");
        let endpoint = BoundRoute::check(declared).map_err(|why| format!("{name}: {why}"))?;
        let trie = self.tries.entry(endpoint.route.kind).or_default();
        let inserted = trie.insert(&endpoint.template, self.endpoints.len());
        inserted.map_err(|other| format!("{name}: {:?} matches the same paths", self.endpoints[other]))?;
        self.endpoints.push(Arc::new(endpoint));
        Ok(())
    }

    pub(super) async fn serve(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let found = RequestPath::parse(parts.uri.path()).map(|path| (self.find(&parts.method, &path), path));
        match found {
            Err(PathError::Malformed) => self.unrouted(&parts, malformed()),
            Err(PathError::NotFound) => self.unrouted(&parts, not_found()),
            Ok((Some((endpoint, segments)), _)) => self.call(endpoint, &segments, &parts, body).await,
            Ok((None, path)) => self.other_method(&parts, &path),
        }
    }

    /// The route of a method itself comes before one that takes every method; `HEAD` is answered as `GET` is.
    fn find<'p>(&self, method: &HttpMethod, path: &RequestPath<'p>) -> Option<(&Arc<BoundRoute>, Vec<&'p str>)> {
        let as_get = (method == HttpMethod::HEAD).then_some("GET");
        let kinds = [Some(method.as_str()), as_get, Some(ANY)];
        let mut tries = kinds.into_iter().flatten().filter_map(|kind| self.tries.get(kind));
        let (index, segments) = tries.find_map(|trie| trie.find(path))?;
        Some((&self.endpoints[index], segments))
    }

    async fn call(&self, endpoint: &Arc<BoundRoute>, segments: &[&str], parts: &Parts, body: Body) -> Response<Body> {
        let exchange = HttpExchange::open(endpoint.clone(), self.settings.clone(), segments, parts, body);
        let route = seen(parts, endpoint.route.template);
        let result = match exchange {
            Ok(exchange) => {
                let cx = exchange.cx();
                run(endpoint, route, exchange).await.map_err(|failure| failure.with_headers(cx.headers()))
            }
            Err(error) => {
                let cx = exchange::caller(parts);
                endpoint.chain.refused(&endpoint.method, Some(route), cx.clone(), error.code());
                Err(HttpError::from(error).with_headers(cx.headers()))
            }
        };
        let mut response = result.unwrap_or_else(|failure| {
            answer::report(endpoint.method, &failure.error);
            self.failure(failure)
        });
        response.extensions_mut().insert(MatchedRoute { method: endpoint.method, template: endpoint.route.template });
        response
    }

    /// There is no such path, or not for this method.
    fn other_method(&self, parts: &Parts, path: &RequestPath<'_>) -> Response<Body> {
        let Some(allow) = self.allow(path) else { return self.unrouted(parts, not_found()) };
        let mut response = if parts.method == HttpMethod::OPTIONS {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        } else {
            let error = Error::new(Code::Unimplemented, format!("the path takes {allow} only"));
            self.unrouted(parts, HttpError::new(StatusCode::METHOD_NOT_ALLOWED, error))
        };
        if let Ok(allow) = HeaderValue::try_from(allow) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    /// The methods that a path takes; `None` if it takes none.
    fn allow(&self, path: &RequestPath<'_>) -> Option<String> {
        let taken = self.tries.iter().filter(|(_, trie)| trie.find(path).is_some());
        let mut kinds: Vec<&str> = taken.map(|(kind, _)| *kind).collect();
        if kinds.is_empty() {
            return None;
        }
        kinds.extend(kinds.contains(&"GET").then_some("HEAD"));
        kinds.push("OPTIONS");
        kinds.sort_unstable();
        kinds.dedup();
        Some(kinds.join(", "))
    }

    /// The answer to a request that no route takes.
    fn unrouted(&self, parts: &Parts, failure: HttpError) -> Response<Body> {
        let (cx, status) = (exchange::caller(parts), failure.status().as_u16());
        self.around.refused_with(&NO_METHOD, seen(parts, ""), cx.clone(), failure.error.code(), status);
        self.failure(failure.with_headers(cx.headers()))
    }

    fn failure(&self, failure: HttpError) -> Response<Body> {
        answer::failure(&failure, &self.settings.print)
    }
}

/// Runs a handler until it has answered, its deadline passes, the server ends, or the caller goes away, which drops it.
async fn run(endpoint: &BoundRoute, route: HttpRoute, exchange: HttpExchange) -> Result<Response<Body>, HttpError> {
    let deadline = exchange.cx().deadline();
    if exchange.cx().is_cancelled() {
        let failure = elapsed();
        endpoint.chain.refused(&endpoint.method, Some(route), exchange.cx(), failure.error.code());
        return Err(failure);
    }
    let start = Instant::now();
    let mut opening = endpoint.chain.clone().open(&endpoint.method, Side::Server, Some(route), exchange.cx(), start);
    let ending = exchange.ending();
    let passed = unless_gone(&ending, bounded(endpoint, deadline, opening.pass(start).map_err(HttpError::from))).await;
    passed.inspect_err(|failure| opening.failed(&failure.error))?;
    let running = Arc::new(opening.run());
    let answered = (endpoint.handler)(exchange.passed(running.clone()));
    let result = unless_gone(&ending, bounded(endpoint, deadline, answered.instrument(running.span()))).await;
    result.inspect_err(|failure| {
        running.failed(&failure.error);
        running.answered(failure.status().as_u16());
        running.end(Some(failure.error.code()));
    })
}

/// Runs until the server ends.
async fn unless_gone<T>(
    ending: &ShutdownSignal,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    tokio::select! {
        biased;
        result = work => result,
        gone = ending.recv() => Err(gone.into()),
    }
}

/// Runs until the deadline. A panic is an error of which the caller is told no more.
async fn bounded<T>(
    endpoint: &BoundRoute,
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    let work = AssertUnwindSafe(work).catch_unwind();
    let result = match deadline {
        Some(deadline) => time::timeout_at(deadline, work).await.map_err(|_| elapsed())?,
        None => work.await,
    };
    result.unwrap_or_else(|panic| Err(panicked(&endpoint.method, &*panic).into()))
}

/// What is written down of a request.
fn seen(parts: &Parts, template: &'static str) -> HttpRoute {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    let method = known.into_iter().find(|known| *known == parts.method.as_str()).unwrap_or(names::OTHER);
    // Only of HTTP/2 does the request say it.
    let is_encrypted = parts.extensions.get().is_some_and(|arrival: &HttpConnInfo| arrival.is_encrypted);
    let is_secure = is_encrypted || parts.uri.scheme_str() == Some("https");
    HttpRoute { method, template, scheme: if is_secure { "https" } else { "http" } }
}

fn elapsed() -> HttpError {
    Error::deadline_exceeded("the deadline passed before there was an answer").into()
}

fn not_found() -> HttpError {
    Error::not_found("there is nothing at this path").into()
}

fn malformed() -> HttpError {
    Error::invalid_argument("the path has a `%` without two hexadecimal digits").into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{HttpConnInfo, seen};

    #[test]
    fn the_scheme_of_a_request_over_http1() {
        for (is_encrypted, scheme) in [(true, "https"), (false, "http")] {
            let arrival = HttpConnInfo { receive_timeout: Duration::MAX, is_encrypted };
            let request = http::Request::get("/v1/users").extension(arrival).body(()).expect("a request");
            assert_eq!(seen(&request.into_parts().0, "/v1/users").scheme, scheme);
        }
    }
}
