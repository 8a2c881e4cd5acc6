//! `grpc.health.v1.Health`, served by an adapter like any other service.
//!
//! It has no `List`, which would tell strangers what is served.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::watch;

use crate::{Adapter, Error, Message, Method, Result, Streaming, Violations, adapter::Routes};

const NAME: &str = "grpc.health.v1.Health";
const CHECK: Method = Method::unary("/grpc.health.v1.Health/Check");
const WATCH: Method = Method::server_streaming("/grpc.health.v1.Health/Watch");

/// The health of a server and of each of its services, which are healthy until the server stops.
#[derive(Clone, Debug)]
pub(super) struct Health {
    services: Arc<[&'static str]>,
    serving: watch::Sender<bool>,
}

/// The services and one more that tells their health.
pub(super) fn add(routes: Routes) -> (Routes, Health) {
    let services = routes.services().chain([NAME, ""]).collect();
    let health = Health { services, serving: watch::Sender::new(true) };
    let adapter = Adapter::new(NAME, Arc::new(health.clone()))
        .unary(CHECK, |it, _, request| Box::pin(async move { it.check(&request) }))
        .server_streaming(WATCH, |it, _, request| Box::pin(async move { Ok(it.watch(&request)) }));
    (routes.merge(adapter), health)
}

impl Health {
    /// From now on nothing is served.
    pub(super) fn stop(&self) {
        self.serving.send_replace(false);
    }

    pub(super) fn is_serving(&self) -> bool {
        *self.serving.borrow()
    }

    fn check(&self, request: &CheckRequest) -> Result<CheckResponse> {
        let unknown = || Error::not_found("no such service");
        self.knows(request).then(|| response(self.is_serving())).ok_or_else(unknown)
    }

    /// The health now and each time that it changes. The last is that the server stops; then the stream ends, because
    /// the server waits for it.
    fn watch(&self, request: &CheckRequest) -> Streaming<CheckResponse> {
        let known = self.knows(request);
        let first = move |serving| if known { response(serving) } else { CheckResponse { status: SERVICE_UNKNOWN } };
        let changes = stream::unfold(Some((self.serving.subscribe(), true)), move |state| async move {
            let (mut serving, is_first) = state?;
            if !is_first {
                serving.changed().await.ok()?;
            }
            let now = *serving.borrow_and_update();
            Some((Ok(first(now)), now.then_some((serving, false))))
        });
        Streaming::new(changes.fuse())
    }

    fn knows(&self, request: &CheckRequest) -> bool {
        self.services.contains(&request.service.as_str())
    }
}

const SERVING: i32 = 1;
const NOT_SERVING: i32 = 2;
const SERVICE_UNKNOWN: i32 = 3;

fn response(serving: bool) -> CheckResponse {
    CheckResponse { status: if serving { SERVING } else { NOT_SERVING } }
}

#[derive(Clone, PartialEq, prost::Message)]
struct CheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct CheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

macro_rules! speaks_for_itself {
    ($($message:ident: $name:literal),*) => {$(
        impl Message for $message {
            const NAME: &'static str = concat!("grpc.health.v1.", $name);
            type Wire = Self;

            fn into_wire(self) -> Self {
                self
            }

            fn read(wire: Self, _: &mut Violations) -> Option<Self> {
                Some(wire)
            }
        }
    )*};
}

speaks_for_itself! {
    CheckRequest: "HealthCheckRequest",
    CheckResponse: "HealthCheckResponse"
}
