//! Finds the route of a request.

use std::{fmt, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header, request::Parts},
};
#[cfg(feature = "websocket")]
use futures::future::BoxFuture;

use super::{
    bound_route::BoundRoute,
    request_path::{PathError, PathSegments, RequestPath},
    trie::RouteTrie,
};
#[cfg(feature = "websocket")]
use crate::gateway::web_socket;
use crate::{
    Code, Error,
    call::connection_info::{HttpConnInfo, RefusedByAdapters},
    gateway::{
        error::HttpError,
        exchange::{
            HttpExchange, call,
            handler::{DeclaredRoute, RouteGroup, RouteHandler},
        },
        openapi::Assets,
        request::context,
        response::message,
        settings::GatewaySettings,
    },
    intercept::{Chain, HttpRoute, NO_METHOD},
    observe::names,
};

/// The kind of a route that takes every HTTP method.
const ANY: &str = "*";

static METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// All routes, by their HTTP methods and paths.
#[derive(Debug)]
pub(in crate::gateway) struct RouteTable {
    handlers: Vec<Arc<RouteHandler>>,
    tries: Vec<(&'static str, RouteTrie)>,
    /// The settings for requests without a route.
    settings: Arc<GatewaySettings>,
    /// The chain that observes requests without a route.
    chain: Chain,
    /// The OpenAPI documents and their pages.
    assets: Assets,
}

/// A request whose route is found.
enum Opened {
    /// A call, with what precedes the body of its request.
    Call(Arc<RouteHandler>, HttpRoute, Box<HttpExchange>),
    /// A WebSocket, and the response to its handshake.
    #[cfg(feature = "websocket")]
    Socket(BoxFuture<'static, Response<Body>>),
}

/// The conflicts and errors of routes, one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutesError(Vec<String>);

impl RouteTable {
    /// Checks all routes. Fails with all that are invalid or in conflict.
    pub(in crate::gateway) fn new(groups: Vec<RouteGroup>, chain: Chain, assets: Assets) -> Result<Self, RoutesError> {
        let settings = groups.first().map(|group| Arc::new(group.settings.clone())).unwrap_or_default();
        let mut table = Self { handlers: Vec::new(), tries: Vec::new(), settings, chain, assets };
        let mut errors = Vec::new();
        for (index, RouteGroup { declared, settings, .. }) in groups.into_iter().enumerate() {
            let settings = Arc::new(settings);
            errors.extend(declared.into_iter().filter_map(|declared| table.add(declared, &settings, index).err()));
        }
        if errors.is_empty() { Ok(table) } else { Err(RoutesError(errors)) }
    }

    fn add(&mut self, declared: DeclaredRoute, settings: &Arc<GatewaySettings>, group: usize) -> Result<(), String> {
        let name = format!("{declared:?}");
        let DeclaredRoute { method, route, messages, chain, handler } = declared;
        let route = BoundRoute::check(method, route, messages).map_err(|why| format!("{name}: {why}"))?;
        let index = self.handlers.len();
        let inserted = self.trie_mut(route.route.kind).insert(&route.template, index);
        inserted.map_err(|other| format!("{name}: {:?} matches the same paths", self.handlers[other]))?;
        let (route, settings) = (Arc::new(route), settings.clone());
        self.handlers.push(Arc::new(RouteHandler { route, chain, handler, settings, group }));
        Ok(())
    }

    fn trie_mut(&mut self, kind: &'static str) -> &mut RouteTrie {
        let index = self.tries.iter().position(|(own, _)| *own == kind).unwrap_or_else(|| {
            self.tries.push((kind, RouteTrie::default()));
            self.tries.len() - 1
        });
        &mut self.tries[index].1
    }

    /// Responds to a request. What precedes the call is no part of the future, which stays small.
    pub(in crate::gateway) fn serve(&self, request: Request<Body>) -> impl Future<Output = Response<Body>> + use<> {
        let opened = self.open(request);
        async move {
            match opened {
                Ok(Opened::Call(handler, http_route, exchange)) => {
                    call::serve(&handler, exchange, |exchange| call::run(&handler, http_route, exchange)).await
                }
                #[cfg(feature = "websocket")]
                Ok(Opened::Socket(response)) => response.await,
                Err(response) => *response,
            }
        }
    }

    /// Finds the route of a request, and reads what precedes its body. Fails with the response to a request without a route,
    /// or that is not valid.
    fn open(&self, request: Request<Body>) -> Result<Opened, Box<Response<Body>>> {
        let (mut parts, body) = request.into_parts();
        if let Some(response) = self.assets.serve(&parts) {
            return Err(response.into());
        }
        let uri = parts.uri.clone();
        let path = RequestPath::parse(uri.path()).map_err(|error| self.refuse(&parts, path_error(error)))?;
        if let Some(method) = self.overriding(&parts, path) {
            parts.method = method;
        }
        #[cfg(feature = "websocket")]
        if let Some((handler, segments)) = self.find_socket(&parts, path) {
            let http_route = http_route(&parts, handler.route.route.template);
            let response = web_socket::serve(handler.clone(), http_route, segments.0.to_owned(), parts);
            return Ok(Opened::Socket(Box::pin(response)));
        }
        let Some((handler, segments)) = self.find(&parts.method, path) else {
            return Err(self.other_method(&parts, path).into());
        };
        let http_route = http_route(&parts, handler.route.route.template);
        let (route, settings) = (handler.route.clone(), handler.settings.clone());
        match HttpExchange::open(route, settings, segments, &mut parts, body) {
            Ok(exchange) => Ok(Opened::Call(handler.clone(), http_route, exchange)),
            Err(error) => Err(call::refuse(handler, http_route, &parts, error).into()),
        }
    }

    /// Returns the method that a `POST` is served as, if a gateway with routes for this path allows that.
    fn overriding(&self, parts: &Parts, path: RequestPath<'_>) -> Option<HttpMethod> {
        let headers = (parts.method == HttpMethod::POST).then_some(&parts.headers)?;
        let given = headers.get(&METHOD_OVERRIDE)?;
        let mut routes = self.tries.iter().filter_map(|(_, trie)| trie.find(path));
        let is_allowed = routes.any(|(index, _)| self.handlers[index].settings.method_override);
        HttpMethod::from_bytes(given.as_bytes()).ok().filter(|_| is_allowed)
    }

    /// Returns the position of the group whose routes have the path of a request, whatever its method. A path without a route
    /// is one of the first group.
    pub(in crate::gateway) fn group(&self, request: &Request<Body>) -> usize {
        let Ok(path) = RequestPath::parse(request.uri().path()) else { return 0 };
        let own = self.find(request.method(), path).map(|(handler, _)| handler.group);
        let found = || self.tries.iter().find_map(|(_, trie)| trie.find(path));
        let any = || found().map(|(index, _)| self.handlers[index].group);
        own.or_else(any).unwrap_or(0)
    }

    /// Finds the route of a request. A slash behind the path is ignored for routes whose settings say so.
    fn find<'p>(&self, method: &HttpMethod, path: RequestPath<'p>) -> Option<(&Arc<RouteHandler>, PathSegments<'p>)> {
        self.find_exactly(method, path).or_else(|| {
            let found = self.find_exactly(method, path.without_slash()?);
            found.filter(|(handler, _)| handler.settings.trailing_slash)
        })
    }

    /// Finds the route of a path. The method's own route precedes one for every method; `HEAD` is served by `GET`.
    fn find_exactly<'p>(
        &self,
        method: &HttpMethod,
        path: RequestPath<'p>,
    ) -> Option<(&Arc<RouteHandler>, PathSegments<'p>)> {
        let as_get = (method == HttpMethod::HEAD).then_some("GET");
        let mut kinds = [Some(method.as_str()), as_get, Some(ANY)].into_iter().flatten();
        let find = |kind| self.tries.iter().find(|(own, _)| *own == kind)?.1.find(path);
        let (index, segments) = kinds.find_map(find)?;
        Some((&self.handlers[index], segments))
    }

    /// Finds the route of a stream that the request asks to have over a WebSocket, whose handshake is always `GET`.
    #[cfg(feature = "websocket")]
    fn find_socket<'p>(&self, parts: &Parts, path: RequestPath<'p>) -> Option<(&Arc<RouteHandler>, PathSegments<'p>)> {
        if !web_socket::is_handshake(parts) {
            return None;
        }
        let methods = [HttpMethod::GET, HttpMethod::POST, HttpMethod::PUT, HttpMethod::PATCH];
        let mut found = methods.iter().filter_map(|method| self.find(method, path));
        found.find(|(handler, _)| handler.route.method.kind.is_stream())
    }

    /// Responds to a path without a route for this method.
    fn other_method(&self, parts: &Parts, path: RequestPath<'_>) -> Response<Body> {
        let Some(allow) = self.allow(path) else { return self.refuse(parts, not_found()) };
        if self.settings.wrong_method_is_unimplemented {
            return self.refuse(parts, Error::new(Code::Unimplemented, "Method Not Allowed").into());
        }
        let mut response = if parts.method == HttpMethod::OPTIONS {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        } else {
            let error = Error::new(Code::Unimplemented, format!("the path takes {allow} only"));
            self.refuse(parts, HttpError::new(StatusCode::METHOD_NOT_ALLOWED, error))
        };
        if let Ok(allow) = HeaderValue::try_from(allow) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }

    /// Returns the methods of a path; `None` if it has none.
    fn allow(&self, path: RequestPath<'_>) -> Option<String> {
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

    /// Responds to a request without a route.
    fn refuse(&self, parts: &Parts, error: HttpError) -> Response<Body> {
        let (cx, status) = (context::of_peer(parts), error.status().as_u16());
        // A call is reported once.
        if parts.extensions.get::<RefusedByAdapters>().is_none() {
            self.chain.refused_with(&NO_METHOD, http_route(parts, ""), cx.clone(), error.error.code(), status);
        }
        message::error(&error.with_metadata_of(&cx), &self.settings)
    }
}

impl fmt::Display for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid routes of the gateway:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for RoutesError {}

/// Returns the description of a request for observers.
fn http_route(parts: &Parts, template: &'static str) -> HttpRoute {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    let method = known.into_iter().find(|known| *known == parts.method.as_str()).unwrap_or(names::OTHER);
    // Only a request over HTTP/2 has its scheme.
    let is_encrypted = parts.extensions.get().is_some_and(|info: &HttpConnInfo| info.is_encrypted);
    let is_secure = is_encrypted || parts.uri.scheme_str() == Some("https");
    HttpRoute { method, template, scheme: if is_secure { "https" } else { "http" } }
}

fn not_found() -> HttpError {
    Error::not_found("there is nothing at this path").into()
}

fn path_error(error: PathError) -> HttpError {
    match error {
        PathError::NotFound => not_found(),
        PathError::Malformed => Error::invalid_argument("the path has a `%` without two hexadecimal digits").into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{body::Body, http::Request};

    use super::{HttpConnInfo, RouteTable, http_route};
    use crate::{gateway::openapi::Assets, intercept::Chain};

    /// The allocator is slower from about 1 KiB on, and the future is copied where it is boxed.
    #[test]
    fn the_future_of_a_request_is_small() {
        let table = RouteTable::new(Vec::new(), Chain::new(), Assets::new(&[])).expect("no conflict");
        assert!(size_of_val(&table.serve(Request::new(Body::empty()))) <= 1024);
    }

    #[test]
    fn the_scheme_of_a_request_over_http1_is_that_of_its_connection() {
        for (is_encrypted, scheme) in [(true, "https"), (false, "http")] {
            let info = HttpConnInfo { receive_timeout: Duration::MAX, is_encrypted };
            let request = Request::get("/v1/users").extension(info).body(()).expect("a request");
            assert_eq!(http_route(&request.into_parts().0, "/v1/users").scheme, scheme);
        }
    }
}
