//! The proxy.

use std::{net::SocketAddr, sync::Arc};

use futures::StreamExt;
use rust_svc::{Client, Context, Result, Server, Streaming, fake::Session, server::LocalServer};

use super::{config::RecordConfig, events::RecordedCall, writer::ScriptWriter};
use crate::{
    contract::{Contract, Dynamic, DynamicMethod, RawMessage},
    script::{DynamicFake, DynamicFakes},
    serve::adapter,
};

/// A method of the real server.
#[derive(Debug)]
struct UpstreamMethod {
    client: Client,
    method: DynamicMethod,
    writer: ScriptWriter,
}

/// A recording proxy that runs. It stops when the value is dropped.
#[derive(Debug)]
pub(crate) struct RecordingProxy {
    server: LocalServer,
    writer: ScriptWriter,
}

/// Passes calls on to a real server until SIGINT, and writes a script for each. Fails if messages have drifted from the
/// contract.
pub async fn record(config: RecordConfig) -> Result<(), String> {
    let upstream = config.upstream.clone();
    let proxy = RecordingProxy::start(config).await?;
    println!("recording {upstream} on {}", proxy.address());
    tokio::signal::ctrl_c().await.map_err(|error| format!("error: {error}"))?;
    proxy.finish()
}

impl RecordingProxy {
    /// Starts the proxy.
    pub(crate) async fn start(config: RecordConfig) -> Result<Self, String> {
        let contract = Contract::new(config.descriptors)?;
        let writer = ScriptWriter::new(&config.out)?;
        let client = Client::builder(&config.upstream).build().map_err(|error| format!("error: {error}"))?;
        let fakes = DynamicFakes::new(&contract, &Session::lenient());
        for (name, fake) in fakes.iter() {
            if let Some(method) = contract.methods.get(name).cloned() {
                let (client, writer) = (client.clone(), writer.clone());
                pass_on(fake, &Arc::new(UpstreamMethod { client, method, writer }));
            }
        }
        let server = Server::new().adapter(adapter(&contract, &fakes)).reflection(contract.descriptors);
        let server = server.local_at(&config.listen).await.map_err(|error| error.message().to_owned())?;
        Ok(Self { server, writer })
    }

    /// Returns the address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Fails if messages have drifted from the contract.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.writer.problems() {
            0 => Ok(()),
            count => Err(format!("error: {count} messages have drifted from the contract, or could not be written")),
        }
    }
}

fn pass_on(fake: &DynamicFake, upstream: &Arc<UpstreamMethod>) {
    match fake {
        DynamicFake::Unary(fake) => fake.passes_to(upstream, |it, cx, request| Box::pin(it.unary(cx, request))),
        DynamicFake::ServerStreaming(fake) => {
            fake.passes_to(upstream, |it, cx, request| Box::pin(it.server_streaming(cx, request)));
        }
        DynamicFake::ClientStreaming(fake) => {
            fake.passes_to(upstream, |it, cx, requests| Box::pin(it.client_streaming(cx, requests)));
        }
        DynamicFake::BidiStreaming(fake) => {
            fake.passes_to(upstream, |it, cx, requests| Box::pin(it.bidi_streaming(cx, requests)));
        }
    }
}

impl UpstreamMethod {
    async fn unary(&self, cx: Context, request: Dynamic) -> Result<Dynamic> {
        let call = RecordedCall::new(&self.method, &self.writer);
        call.request(&request)?;
        let response =
            self.client.unary::<RawMessage, RawMessage, _, _>(self.method.method, cx, request.encode()).await;
        self.finish(&call, response)
    }

    async fn client_streaming(&self, cx: Context, requests: Streaming<Dynamic>) -> Result<Dynamic> {
        let call = RecordedCall::new(&self.method, &self.writer);
        let requests = call.requests(requests).map(|request| request.encode());
        let response = self.client.client_streaming::<RawMessage, RawMessage, _, _>(self.method.method, cx, requests);
        self.finish(&call, response.await)
    }

    async fn server_streaming(&self, cx: Context, request: Dynamic) -> Result<Streaming<Dynamic>> {
        let call = RecordedCall::new(&self.method, &self.writer);
        call.request(&request)?;
        let responses =
            self.client.server_streaming::<RawMessage, RawMessage, _, _>(self.method.method, cx, request.encode());
        self.stream(call, responses.await)
    }

    async fn bidi_streaming(&self, cx: Context, requests: Streaming<Dynamic>) -> Result<Streaming<Dynamic>> {
        let call = RecordedCall::new(&self.method, &self.writer);
        let requests = call.requests(requests).map(|request| request.encode());
        let responses = self.client.bidi_streaming::<RawMessage, RawMessage, _, _>(self.method.method, cx, requests);
        self.stream(call, responses.await)
    }

    fn finish(&self, call: &RecordedCall, response: Result<RawMessage>) -> Result<Dynamic> {
        let response = response.and_then(|response| Dynamic::decode(self.method.output.clone(), response));
        let response = response.inspect_err(|error| call.end(Some(error)))?;
        call.response(&response)?;
        call.end(None);
        Ok(response)
    }

    fn stream(&self, call: RecordedCall, responses: Result<Streaming<RawMessage>>) -> Result<Streaming<Dynamic>> {
        let responses = responses.inspect_err(|error| call.end(Some(error)))?;
        let output = self.method.output.clone();
        let decode = move |response: Result<RawMessage>| Dynamic::decode(output.clone(), response?);
        Ok(call.responses(Streaming::new(StreamExt::map(responses, decode))))
    }
}
