//! Services that are served by their descriptors.

use std::{collections::BTreeSet, sync::Arc};

use prost_reflect::MessageDescriptor;
use rust_svc::{Adapter, Context, Error, Kind, Result, Streaming, adapter::Routes};

use crate::{
    contract::{Contract, Dynamic, RawMessage},
    script::{DynamicFake, DynamicFakes},
};

/// The methods of a contract, and their fakes.
#[derive(Debug)]
pub(crate) struct DynamicService {
    contract: Contract,
    fakes: DynamicFakes,
}

/// Returns the adapters of all services of a contract.
pub(crate) fn adapter(contract: &Contract, fakes: &DynamicFakes) -> Routes {
    let service = Arc::new(DynamicService { contract: contract.clone(), fakes: fakes.clone() });
    let names: BTreeSet<&'static str> = contract.methods.values().map(|method| method.method.service()).collect();
    names.into_iter().fold(Routes::new(), |routes, name| routes.merge(of_service(&service, name)))
}

fn of_service(service: &Arc<DynamicService>, name: &'static str) -> Adapter<DynamicService> {
    let methods = service.contract.methods.values().filter(|method| method.method.service() == name);
    let methods: Vec<_> = methods.map(|method| method.method).collect();
    methods.into_iter().fold(Adapter::new(name, service.clone()), |adapter, method| {
        let name = method.full_name();
        match method.kind {
            Kind::Unary => adapter.unary(method, move |it, cx, request| Box::pin(it.unary(name, cx, request))),
            Kind::ServerStreaming => adapter
                .server_streaming(method, move |it, cx, request| Box::pin(it.server_streaming(name, cx, request))),
            Kind::ClientStreaming => adapter
                .client_streaming(method, move |it, cx, requests| Box::pin(it.client_streaming(name, cx, requests))),
            Kind::BidiStreaming => {
                adapter.bidi_streaming(method, move |it, cx, requests| Box::pin(it.bidi_streaming(name, cx, requests)))
            }
        }
    })
}

impl DynamicService {
    fn find(&self, name: &str) -> Result<(&DynamicFake, MessageDescriptor)> {
        let method = self.contract.methods.get(name);
        let found = method.and_then(|method| Some((self.fakes.get(name)?, method.input.clone())));
        found.ok_or_else(|| Error::unimplemented(name))
    }

    async fn unary(&self, name: &str, cx: Context, request: RawMessage) -> Result<RawMessage> {
        let (fake, input) = self.find(name)?;
        Ok(fake.call(cx, Dynamic::decode(input, request)?).await?.encode())
    }

    async fn server_streaming(&self, name: &str, cx: Context, request: RawMessage) -> Result<Streaming<RawMessage>> {
        let (fake, input) = self.find(name)?;
        let responses = fake.call_for_stream(cx, Dynamic::decode(input, request)?).await?;
        Ok(responses.map(|response| response.encode()))
    }

    async fn client_streaming(&self, name: &str, cx: Context, requests: Streaming<RawMessage>) -> Result<RawMessage> {
        let (fake, input) = self.find(name)?;
        Ok(fake.call_with_stream(cx, decoded(input, requests)).await?.encode())
    }

    async fn bidi_streaming(
        &self,
        name: &str,
        cx: Context,
        requests: Streaming<RawMessage>,
    ) -> Result<Streaming<RawMessage>> {
        let (fake, input) = self.find(name)?;
        let responses = fake.call_both_ways(cx, decoded(input, requests)).await?;
        Ok(responses.map(|response| response.encode()))
    }
}

fn decoded(descriptor: MessageDescriptor, messages: Streaming<RawMessage>) -> Streaming<Dynamic> {
    let decode = move |message: Result<RawMessage>| Dynamic::decode(descriptor.clone(), message?);
    Streaming::new(futures::StreamExt::map(messages, decode))
}
