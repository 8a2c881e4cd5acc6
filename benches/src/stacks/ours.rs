//! This project, with deadlines, metrics on both sides and unsampled traces.

use std::sync::Arc;

use clap::ValueEnum;
use rust_svc::{
    Client, Context, Server, Streaming,
    adapter::Routes,
    async_trait,
    intercept::Chain,
    observe::{AccessLog, Metrics, Otlp, Trace},
};
use tokio::net::TcpListener;

use super::{
    generated::echo::bench::wire::v1::{
        EchoRequest, EchoResponse, EchoService, EchoServiceClient, RepeatRequest, echo_service_adapter,
    },
    http_request::HttpCaller,
    stack::{Caller, Stack, check},
};
use crate::{error::Result, request};

pub(super) struct OurEcho;

#[async_trait]
impl EchoService for OurEcho {
    async fn echo(&self, _: Context, request: EchoRequest) -> rust_svc::Result<EchoResponse> {
        Ok(answer(request))
    }

    async fn repeat(&self, _: Context, request: RepeatRequest) -> rust_svc::Result<Streaming<EchoResponse>> {
        let RepeatRequest { message, times } = request;
        let message = answer(message.unwrap_or_default());
        Ok(Streaming::from_messages((0..times).map(move |_| message.clone())))
    }
}

fn answer(EchoRequest { name, number, tags }: EchoRequest) -> EchoResponse {
    EchoResponse { name, number, tags }
}

/// A layer around each call, on both sides.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Layer {
    /// Nothing.
    None,
    /// Metrics.
    Metrics,
    /// Unsampled traces, without a subscriber.
    Trace,
    /// A line for each call, formatted and discarded.
    AccessLog,
    /// Spans and metrics of each call and attempt, for a collector that does not exist.
    Otlp,
}

impl Layer {
    fn chain(self) -> Result<Chain> {
        Ok(match self {
            Self::None => Chain::new(),
            Self::Metrics => Chain::new().observe(Metrics::new()),
            Self::Trace => Chain::new().intercept(Trace::new()),
            Self::AccessLog => {
                tracing_subscriber::fmt().with_writer(std::io::sink).init();
                Chain::new().observe(AccessLog::new())
            }
            Self::Otlp => {
                let otlp = Otlp::new("http://127.0.0.1:9", "wire")?;
                Chain::new().intercept(Trace::new().sampled()).observe(otlp)
            }
        })
    }
}

fn chain() -> Chain {
    Chain::new().intercept(Trace::new()).observe(Metrics::new())
}

/// This project.
pub(crate) struct Ours;

impl Stack for Ours {
    async fn serve(listener: TcpListener) -> Result<()> {
        let address = listener.local_addr()?;
        drop(listener);
        let bound =
            Server::new().adapter(echo_service_adapter(Arc::new(OurEcho))).chain(&chain()).bind(address).await?;
        bound.run_until(std::future::pending()).await;
        Ok(())
    }

    async fn connect(port: u16) -> Result<impl Caller> {
        let client = Client::builder(format!("http://127.0.0.1:{port}")).chain(&chain()).build()?;
        Ok(OurCaller(EchoServiceClient(client)))
    }

    fn in_process() -> Result<impl Caller> {
        with(&chain())
    }

    fn server() -> impl Caller {
        HttpCaller(Routes::from(echo_service_adapter(Arc::new(OurEcho))).chain(&chain()))
    }
}

/// A client of the service in this process, with a layer around each call.
pub(crate) fn layered(layer: Layer) -> Result<impl Caller> {
    with(&layer.chain()?)
}

fn with(chain: &Chain) -> Result<OurCaller> {
    let service = Routes::from(echo_service_adapter(Arc::new(OurEcho))).chain(chain);
    let client = Client::builder("http://in.process").chain(chain).build_from_service(service)?;
    Ok(OurCaller(EchoServiceClient(client)))
}

#[derive(Clone)]
struct OurCaller(EchoServiceClient);

impl Caller for OurCaller {
    async fn echo(&mut self) -> Result<()> {
        check(self.0.echo(Context::new(), request!(EchoRequest)).await?.number)
    }

    async fn repeat(&mut self, times: u32) -> Result<()> {
        let message = Some(request!(EchoRequest));
        let mut messages = self.0.repeat(Context::new(), RepeatRequest { message, times }).await?;
        while let Some(message) = messages.next().await {
            check(message?.number)?;
        }
        Ok(())
    }
}
