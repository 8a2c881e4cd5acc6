//! Methods of a contract behind their routes.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, future::BoxFuture};
use prost_reflect::MessageDescriptor;
use rust_svc::{
    Context, Method, Streaming,
    gateway::{GatewayRoutes, JsonMethod, JsonRequest, JsonResponse, MessageFields},
};

use super::{binding::bindings, fields::DescriptorFields, request, response};
use crate::{
    contract::{Contract, Dynamic},
    script::{DynamicFake, DynamicFakes},
};

/// A method that HTTP requests call.
struct RoutedMethod {
    method: Method,
    fake: DynamicFake,
    input: MessageDescriptor,
    request: &'static DescriptorFields,
    response: &'static DescriptorFields,
}

/// Returns the routes of a contract to its fakes. Fails if routes are malformed, or match the same paths.
pub(crate) fn routes(contract: &Contract, fakes: &DynamicFakes) -> Result<GatewayRoutes, String> {
    let routes = declared(contract, fakes);
    match routes.clone().try_into_router() {
        Ok(_) => Ok(routes),
        Err(error) => Err(format!("error: {error}")),
    }
}

fn declared(contract: &Contract, fakes: &DynamicFakes) -> GatewayRoutes {
    let mut routes = GatewayRoutes::new();
    for (name, method) in &contract.methods {
        let bound = bindings(&method.descriptor);
        let Some(fake) = fakes.get(name).filter(|_| !bound.is_empty()) else { continue };
        let routed: Arc<dyn JsonMethod> = Arc::new(RoutedMethod {
            method: method.method,
            fake: fake.clone(),
            input: method.input.clone(),
            request: DescriptorFields::of(&method.input),
            response: DescriptorFields::of(&method.output),
        });
        routes = bound.into_iter().fold(routes, |routes, route| routes.json(route, routed.clone()));
    }
    routes
}

impl JsonMethod for RoutedMethod {
    fn method(&self) -> Method {
        self.method
    }

    fn request(&self) -> &'static dyn MessageFields {
        self.request
    }

    fn response(&self) -> &'static dyn MessageFields {
        self.response
    }

    fn call(
        &self,
        cx: Context,
        requests: Streaming<JsonRequest>,
    ) -> BoxFuture<'static, rust_svc::Result<Streaming<JsonResponse>>> {
        let (fake, input, fields) = (self.fake.clone(), self.input.clone(), self.response);
        let read = move |request: rust_svc::Result<JsonRequest>| request::read(&input, &request?);
        let requests = Streaming::new(StreamExt::map(requests, read));
        let print = move |response: rust_svc::Result<Dynamic>| response::print(&response?, fields);
        async move { Ok(Streaming::new(StreamExt::map(fake.respond(cx, requests).await?, print))) }.boxed()
    }
}
