//! A service with a method of each kind, its fake, its adapter and its client, in the form of generated code.

use std::sync::Arc;

use rust_svc::{
    self as svc,
    fake::{BidiStreaming, ClientStreaming, ServerStreaming, Session, Unary},
};

pub(crate) const GET: svc::Method = svc::Method::unary("/test.v1.Store/Get");
pub(crate) const WATCH: svc::Method = svc::Method::server_streaming("/test.v1.Store/Watch");
pub(crate) const UPLOAD: svc::Method = svc::Method::client_streaming("/test.v1.Store/Upload");
pub(crate) const CHAT: svc::Method = svc::Method::bidi_streaming("/test.v1.Store/Chat");

#[svc::async_trait]
pub(crate) trait Store: Send + Sync + 'static {
    async fn get(&self, cx: svc::Context, request: String) -> svc::Result<String>;
    async fn watch(&self, cx: svc::Context, request: String) -> svc::Result<svc::Streaming<String>>;
    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<String>;
    async fn chat(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<svc::Streaming<String>>;
}

pub(crate) fn store_adapter(service: Arc<dyn Store>) -> svc::Adapter<dyn Store> {
    svc::Adapter::new("test.v1.Store", service)
        .unary(GET, |it, cx, request| it.get(cx, request))
        .server_streaming(WATCH, |it, cx, request| it.watch(cx, request))
        .client_streaming(UPLOAD, |it, cx, request| it.upload(cx, request))
        .bidi_streaming(CHAT, |it, cx, request| it.chat(cx, request))
}

#[derive(Clone, Debug)]
pub(crate) struct StoreClient(pub(crate) svc::Client);

#[svc::async_trait]
impl Store for StoreClient {
    async fn get(&self, cx: svc::Context, request: String) -> svc::Result<String> {
        self.0.unary(GET, cx, request).await
    }

    async fn watch(&self, cx: svc::Context, request: String) -> svc::Result<svc::Streaming<String>> {
        self.0.server_streaming(WATCH, cx, request).await
    }

    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<String> {
        self.0.client_streaming(UPLOAD, cx, requests).await
    }

    async fn chat(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<svc::Streaming<String>> {
        self.0.bidi_streaming(CHAT, cx, requests).await
    }
}

#[derive(Clone, Debug)]
pub(crate) struct StoreFake {
    pub(crate) get: Unary<String, String>,
    pub(crate) watch: ServerStreaming<String, String>,
    pub(crate) upload: ClientStreaming<String, String>,
    pub(crate) chat: BidiStreaming<String, String>,
}

impl StoreFake {
    pub(crate) fn new() -> Self {
        Session::new().into_fake(Self::with_session)
    }

    pub(crate) fn with_session(session: &Session) -> Self {
        Self {
            get: session.fake(GET),
            watch: session.fake(WATCH),
            upload: session.fake(UPLOAD),
            chat: session.fake(CHAT),
        }
    }

    pub(crate) fn spy<S: Store + ?Sized>(session: &Session, service: Arc<S>) -> Self {
        let fake = Self::with_session(session);
        fake.get.passes_to(&service, |it, cx, request| it.get(cx, request));
        fake.watch.passes_to(&service, |it, cx, request| it.watch(cx, request));
        fake.upload.passes_to(&service, |it, cx, request| it.upload(cx, request));
        fake.chat.passes_to(&service, |it, cx, request| it.chat(cx, request));
        drop(service);
        fake
    }
}

#[svc::async_trait]
impl Store for StoreFake {
    async fn get(&self, cx: svc::Context, request: String) -> svc::Result<String> {
        self.get.unary(cx, request).await
    }

    async fn watch(&self, cx: svc::Context, request: String) -> svc::Result<svc::Streaming<String>> {
        self.watch.server_streaming(cx, request).await
    }

    async fn upload(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<String> {
        self.upload.client_streaming(cx, requests).await
    }

    async fn chat(&self, cx: svc::Context, requests: svc::Streaming<String>) -> svc::Result<svc::Streaming<String>> {
        self.chat.bidi_streaming(cx, requests).await
    }
}

/// Serves a fake in memory, and returns a client with these overrides of methods.
pub(crate) fn connect(fake: &StoreFake, methods: &[svc::Method]) -> (StoreClient, svc::server::InMemoryServer) {
    let server = svc::Server::new().adapter(store_adapter(Arc::new(fake.clone()))).in_memory().unwrap();
    let builder = methods.iter().fold(server.client_builder(), |builder, method| builder.method(*method));
    (StoreClient(builder.build().unwrap()), server)
}

/// A stream of texts.
pub(crate) fn texts<const N: usize>(texts: [&str; N]) -> svc::Streaming<String> {
    svc::Streaming::from_messages(texts.map(str::to_owned))
}

/// A stream of any number of texts.
pub(crate) fn texts_of(texts: &[&str]) -> svc::Streaming<String> {
    svc::Streaming::from_messages(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}
