//! gRPC requests to a service trait.
//!
//! Generated code makes an [`Adapter`] of a service, one line for each method. It becomes [`Routes`], which are a tower
//! service and merge with those of other services. What a call goes through:
//!
//! | step | file |
//! |---|---|
//! | is it gRPC, and is the method known | `guard`, `routes` |
//! | deadline and metadata into the [`Context`] | `open`, `timeout` |
//! | frames to messages and back | `requests`, `responses` |
//! | the handler, within its deadline; a panic is an error | `call` |
//! | headers and trailers around the answer, as far as the caller takes them | `body`, `room` |
//! | all of it for callers of gRPC-Web | `web` |

mod body;
mod call;
mod guard;
mod open;
mod report;
mod requests;
mod responses;
mod room;
mod routes;
mod timeout;
#[cfg(feature = "server")]
pub(crate) mod web;

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc, time::Duration};

use futures::future::BoxFuture;

use crate::{Context, Message, Method, Result, Streaming};

pub use body::ResponseBody;
#[cfg(feature = "server")]
pub(crate) use body::refuse;
#[cfg(feature = "server")]
pub(crate) use guard::says_grpc;
pub use routes::Routes;

use call::{Exchange, Serve};
use requests::Requests;
use responses::{Answer, Many, One};

/// A protobuf message that a call carries, and the plain type of the service trait that it stands for.
///
/// It is implemented for every [`Message`] whose wire form is a prost message.
pub trait Payload<Place = ()>: Message<Place, Wire: prost::Message + Default> {}

impl<T: Message<Place, Wire: prost::Message + Default>, Place> Payload<Place> for T {}

/// Serves a service trait over gRPC. Generated code makes it; [`Routes`] serve it.
pub struct Adapter<S: ?Sized> {
    name: &'static str,
    service: Arc<S>,
    methods: BTreeMap<&'static str, Serve>,
    options: Options,
}

/// What bounds the calls of an adapter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) max_message_size: usize,
    max_timeout: Option<Duration>,
    default_timeout: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_message_size: 4 * 1024 * 1024, max_timeout: None, default_timeout: None }
    }
}

impl<S: ?Sized + Send + Sync + 'static> Adapter<S> {
    /// The service with this full name, such as `inventory.v1.InventoryService`, and no methods: each is answered with
    /// `UNIMPLEMENTED`.
    pub fn new(name: &'static str, service: Arc<S>) -> Self {
        Self { name, service, methods: BTreeMap::new(), options: Options::default() }
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
            let answer = requests.only(&cx).await.map(|request| call(&service, cx, request))?;
            answer.await.map(|response| One(response, PhantomData))
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
            let answer = requests.only(&cx).await.map(|request| call(&service, cx, request))?;
            answer.await.map(|responses| Many(responses, PhantomData))
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
            call(&service, cx, requests.all()).await.map(|response| One(response, PhantomData))
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
            call(&service, cx, requests.all()).await.map(|responses| Many(responses, PhantomData))
        })
    }

    /// The largest request message in bytes, decompressed; 4 MiB unless told. A larger one is answered with
    /// `RESOURCE_EXHAUSTED` before it is read.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.options.max_message_size = bytes;
        self
    }

    /// The longest time a call may take, streams among them, whatever longer `grpc-timeout` its caller asks for, or none.
    /// Unless told, the caller's counts.
    pub fn max_timeout(mut self, timeout: Duration) -> Self {
        self.options.max_timeout = Some(timeout);
        self
    }

    /// How long a call may take whose caller sends no `grpc-timeout`. Unless told, for ever: the deadline that a method
    /// declares is kept by clients and by the gateway, while a caller of gRPC says itself how long it waits.
    pub fn default_timeout(mut self, timeout: Duration) -> Self {
        self.options.default_timeout = Some(timeout);
        self
    }

    /// The adapter as an axum router, to merge with other routes.
    #[cfg(feature = "server")]
    pub fn into_router(self) -> axum::Router {
        Routes::from(self).into_router()
    }

    fn method<Q: Payload<Place>, Place: 'static, H, F, A: Answer + 'static>(mut self, method: Method, handle: H) -> Self
    where
        H: Fn(Arc<S>, Context, Requests<Q, Place>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<A>> + Send + 'static,
    {
        let service = self.service.clone();
        let serve = move |exchange: Exchange<'_>| {
            let service = service.clone();
            call::serve(exchange, move |cx, requests| handle(service, cx, requests))
        };
        self.methods.insert(method.name(), Serve { method: Arc::new(method), call: Box::new(serve) });
        self
    }
}

impl<S: ?Sized> std::fmt::Debug for Adapter<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter").field("name", &self.name).field("options", &self.options).finish_non_exhaustive()
    }
}
