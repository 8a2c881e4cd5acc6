//! Services in this process or, in a second run of all tests, behind a client and a server that share memory.

use std::{env, process::Command, sync::Arc};

use futures::future::BoxFuture;
use rust_svc::{
    Adapter, Client, Context, Gateway, Message, Method, Result, Streaming, async_trait, gateway::Route,
    json::JsonValue, prost,
};

use crate::stock::{
    CHAT, CHECK, ECHO, Item, Query, REPLAY, SLOW, Shelf, StockService, UPLOAD, Validated, WATCH, stock_service_gateway,
};

/// The environment variable that puts services behind clients.
const REMOTE: &str = "REMOTE_SERVICES";

/// Returns whether services are behind clients.
pub(crate) fn is_remote() -> bool {
    env::var_os(REMOTE).is_some()
}

/// A gateway in front of a remote service gives the same bytes as one in its process.
#[test]
fn all_tests_pass_in_front_of_remote_services() {
    if is_remote() {
        return;
    }
    let program = env::current_exe().expect("the path of this program");
    let output = Command::new(program).env(REMOTE, "1").output().expect("a second run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// A client in the form of generated code.
pub(crate) struct StockServiceClient(pub(crate) Client);

#[async_trait]
impl StockService for StockServiceClient {
    async fn echo(&self, cx: Context, request: Query) -> Result<Query> {
        self.0.unary(ECHO, cx, request).await
    }

    async fn check(&self, cx: Context, request: Validated) -> Result<Item> {
        self.0.unary(CHECK, cx, request).await
    }

    async fn watch(&self, cx: Context, request: Query) -> Result<Streaming<Item>> {
        self.0.server_streaming(WATCH, cx, request).await
    }

    async fn replay(&self, cx: Context, request: Query) -> Result<Streaming<Query>> {
        self.0.server_streaming(REPLAY, cx, request).await
    }

    async fn upload(&self, cx: Context, requests: Streaming<Item>) -> Result<Item> {
        self.0.client_streaming(UPLOAD, cx, requests).await
    }

    async fn chat(&self, cx: Context, requests: Streaming<Item>) -> Result<Streaming<Item>> {
        self.0.bidi_streaming(CHAT, cx, requests).await
    }
}

fn stock_service_adapter(shelf: Arc<Shelf>) -> Adapter<Shelf> {
    Adapter::new("stock.v1.StockService", shelf)
        .unary(ECHO, |it, cx, request| it.echo(cx, request))
        .unary(SLOW, |it, cx, request| it.echo(cx, request))
        .unary(CHECK, |it, cx, request| it.check(cx, request))
        .server_streaming(WATCH, |it, cx, request| it.watch(cx, request))
        .server_streaming(REPLAY, |it, cx, request| it.replay(cx, request))
        .client_streaming(UPLOAD, |it, cx, requests| it.upload(cx, requests))
        .bidi_streaming(CHAT, |it, cx, requests| it.chat(cx, requests))
}

/// Returns a shelf, or a client of it.
pub(crate) fn stock_service(shelf: Arc<Shelf>) -> Arc<dyn StockService> {
    match is_remote() {
        false => shelf,
        true => Arc::new(StockServiceClient(Client::in_memory(stock_service_adapter(shelf)).expect("a server"))),
    }
}

/// Returns the gateway of a shelf, or of a client of it.
pub(crate) fn stock_gateway(shelf: Arc<Shelf>) -> Gateway<dyn StockService> {
    stock_service_gateway(stock_service(shelf))
}

type Handler<Q, R> = dyn Fn(Context, Q) -> BoxFuture<'static, Result<R>> + Send + Sync;

/// A method that a function implements, or a client of it.
pub(crate) struct Unary<Q, R> {
    method: Method,
    handler: Box<Handler<Q, R>>,
    client: Option<Client>,
}

impl<Q, R> Unary<Q, R>
where
    Q: Message<Wire: JsonValue + prost::Message + Default> + 'static,
    R: Message<Wire: JsonValue + prost::Message + Default> + 'static,
{
    fn new<F>(method: Method, handler: F) -> Arc<Self>
    where
        F: Fn(Context, Q) -> BoxFuture<'static, Result<R>> + Clone + Send + Sync + 'static,
    {
        let local = |handler: F, client| Arc::new(Self { method, handler: Box::new(handler), client });
        let client = is_remote().then(|| {
            let name = method.full_name().split('/').next().expect("the name of a service");
            let adapter = Adapter::new(name, local(handler.clone(), None));
            let adapter = adapter.unary(method, |it: &Self, cx, request: Q| (it.handler)(cx, request));
            Client::in_memory(adapter).expect("a server")
        });
        local(handler, client)
    }

    /// Serves a method at these routes.
    pub(crate) fn gateway<F>(method: Method, routes: &[Route], handler: F) -> Gateway<Self>
    where
        F: Fn(Context, Q) -> BoxFuture<'static, Result<R>> + Clone + Send + Sync + 'static,
    {
        let add = |gateway: Gateway<Self>, route: &Route| {
            gateway.unary(method, *route, |it: &Self, cx, request: Q| Box::pin(it.call(cx, request)))
        };
        routes.iter().fold(Gateway::new(Self::new(method, handler)), add)
    }

    async fn call(&self, cx: Context, request: Q) -> Result<R> {
        match &self.client {
            Some(client) => client.unary(self.method, cx, request).await,
            None => (self.handler)(cx, request).await,
        }
    }
}
