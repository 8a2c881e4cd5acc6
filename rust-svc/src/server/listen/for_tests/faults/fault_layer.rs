//! A layer that causes the faults of fakes.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use http_body::Body as _;
use tower::{Layer, Service};

use super::{
    connection_switch::Switches,
    fault_response::{CallFault, fault_in, watch_trailers},
};
use crate::{Body, Peer, server::RequestService};

/// Causes the faults that responses of fakes name.
#[derive(Clone, Debug)]
pub(in super::super) struct FaultLayer(pub(in super::super) Switches);

/// A service whose responses may end with a fault.
#[derive(Clone, Debug)]
pub(in super::super) struct FaultService {
    inner: RequestService,
    switches: Switches,
}

impl Layer<RequestService> for FaultLayer {
    type Service = FaultService;

    fn layer(&self, inner: RequestService) -> FaultService {
        FaultService { inner, switches: self.0.clone() }
    }
}

impl Service<Request<Body>> for FaultService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let caller = request.extensions().get().map_or("", Peer::address).to_owned();
        let switches = self.switches.clone();
        let fail = move |fault| CallFault { fault, caller: caller.clone(), switches: switches.clone() };
        let response = self.inner.call(request);
        async move {
            let response = response.await?;
            Ok(match fault_in(response.headers()) {
                Some(fault) => fail(fault).response().await,
                // A response without a body must stay one, since its headers are its trailers.
                None if response.body().is_end_stream() => response,
                None => response.map(|body| watch_trailers(body, fail)),
            })
        }
        .boxed()
    }
}
