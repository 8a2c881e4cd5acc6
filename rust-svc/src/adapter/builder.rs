//! An adapter: the methods of a service, and how each is called.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc, time::Duration};

use futures::future::BoxFuture;

use super::{
    call::{self, IncomingCall, MethodHandler},
    options::AdapterOptions,
    payload::Payload,
    request_stream::RequestStream,
    response_data::{IntoResponseData, StreamResponse, UnaryResponse},
};
use crate::{Context, Method, Result, Streaming};

/// Serves a service trait over gRPC. Generated code makes it, and [`Routes`](super::Routes) serve it.
pub struct Adapter<S: ?Sized> {
    pub(super) name: &'static str,
    service: Arc<S>,
    pub(super) methods: BTreeMap<&'static str, MethodHandler>,
    pub(super) options: AdapterOptions,
}

impl<S: ?Sized + Send + Sync + 'static> Adapter<S> {
    /// Creates an adapter for the service with this full name, such as `inventory.v1.InventoryService`, without methods. Calls
    /// of unknown methods fail with `UNIMPLEMENTED`.
    pub fn new(name: &'static str, service: Arc<S>) -> Self {
        Self { name, service, methods: BTreeMap::new(), options: AdapterOptions::default() }
    }

    /// Serves a method with one request and one response.
    pub fn unary<Q: Payload<QPlace>, R: Payload<RPlace>, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        call: F,
    ) -> Self
    where
        F: for<'a> Fn(&'a S, Context, Q) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    {
        self.method(method, move |service, cx, requests| async move {
            let response = requests.single(&cx).await.map(|request| call(&service, cx, request))?;
            response.await.map(|response| UnaryResponse(response, PhantomData))
        })
    }

    /// Serves a method with one request and a stream of responses.
    pub fn server_streaming<Q: Payload<QPlace>, R: Payload<RPlace>, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        call: F,
    ) -> Self
    where
        F: for<'a> Fn(&'a S, Context, Q) -> BoxFuture<'a, Result<Streaming<R>>> + Copy + Send + Sync + 'static,
    {
        self.method(method, move |service, cx, requests| async move {
            let response = requests.single(&cx).await.map(|request| call(&service, cx, request))?;
            response.await.map(|responses| StreamResponse(responses, PhantomData))
        })
    }

    /// Serves a method with a stream of requests and one response.
    pub fn client_streaming<Q: Payload<QPlace>, R: Payload<RPlace>, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        call: F,
    ) -> Self
    where
        F: for<'a> Fn(&'a S, Context, Streaming<Q>) -> BoxFuture<'a, Result<R>> + Copy + Send + Sync + 'static,
    {
        self.method(method, move |service, cx, requests| async move {
            call(&service, cx, requests.into_streaming()).await.map(|response| UnaryResponse(response, PhantomData))
        })
    }

    /// Serves a method with a stream of requests and a stream of responses.
    pub fn bidi_streaming<Q: Payload<QPlace>, R: Payload<RPlace>, QPlace: 'static, RPlace: 'static, F>(
        self,
        method: Method,
        call: F,
    ) -> Self
    where
        F: for<'a> Fn(&'a S, Context, Streaming<Q>) -> BoxFuture<'a, Result<Streaming<R>>>
            + Copy
            + Send
            + Sync
            + 'static,
    {
        self.method(method, move |service, cx, requests| async move {
            call(&service, cx, requests.into_streaming()).await.map(|responses| StreamResponse(responses, PhantomData))
        })
    }

    /// Sets the maximum size of a decompressed request message in bytes. The default is 4 MiB. A larger message fails with
    /// `RESOURCE_EXHAUSTED` before it is read.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.options.max_message_size = bytes;
        self
    }

    /// Sets the maximum duration of calls, streams included. A longer `grpc-timeout`, or none, is shortened to it.
    pub fn max_timeout(mut self, timeout: Duration) -> Self {
        self.options.max_timeout = Some(timeout);
        self
    }

    /// Sets the duration of calls without `grpc-timeout`. It is unlimited by default: clients and the gateway apply the
    /// deadline that a method declares.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.options.default_timeout = Some(timeout);
        self
    }

    /// Passes requests on that violate the rules of their messages, because the service checks them itself. Fakes do.
    pub fn unchecked(mut self) -> Self {
        self.options.is_unchecked = true;
        self
    }

    fn method<Q: Payload<Place>, Place: 'static, H, F, A: IntoResponseData + 'static>(
        mut self,
        method: Method,
        handle: H,
    ) -> Self
    where
        H: Fn(Arc<S>, Context, RequestStream<Q, Place>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<A>> + Send + 'static,
    {
        let service = self.service.clone();
        let call = move |incoming: IncomingCall<'_>| {
            let service = service.clone();
            call::serve(incoming, move |cx, requests| handle(service, cx, requests))
        };
        self.methods.insert(method.name(), MethodHandler { method: Arc::new(method), call: Box::new(call) });
        self
    }
}

impl<S: ?Sized> std::fmt::Debug for Adapter<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter").field("name", &self.name).field("options", &self.options).finish_non_exhaustive()
    }
}
