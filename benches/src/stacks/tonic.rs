//! tonic with the stubs of its generator, as in its guide.

use std::pin::Pin;

use futures::{Stream, stream};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Channel, Endpoint, server::TcpIncoming},
};

use super::{
    generated::tonic::{
        EchoRequest, EchoResponse, RepeatRequest,
        echo_service_client::EchoServiceClient,
        echo_service_server::{EchoService, EchoServiceServer},
    },
    http_request::HttpCaller,
    stack::{Caller, Stack, check},
};
use crate::{error::Result, request};

struct TonicEcho;

#[tonic::async_trait]
impl EchoService for TonicEcho {
    type RepeatStream = Pin<Box<dyn Stream<Item = Result<EchoResponse, Status>> + Send>>;

    async fn echo(&self, request: Request<EchoRequest>) -> Result<Response<EchoResponse>, Status> {
        Ok(Response::new(answer(request.into_inner())))
    }

    async fn repeat(&self, request: Request<RepeatRequest>) -> Result<Response<Self::RepeatStream>, Status> {
        let RepeatRequest { message, times } = request.into_inner();
        let message = answer(message.unwrap_or_default());
        let messages = (0..times).map(move |_| Ok(message.clone()));
        Ok(Response::new(Box::pin(stream::iter(messages))))
    }
}

fn answer(EchoRequest { name, number, tags }: EchoRequest) -> EchoResponse {
    EchoResponse { name, number, tags }
}

/// tonic.
pub(crate) struct Tonic;

impl Stack for Tonic {
    async fn serve(listener: TcpListener) -> Result<()> {
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let service = EchoServiceServer::new(TonicEcho);
        Ok(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming).await?)
    }

    async fn connect(port: u16) -> Result<impl Caller> {
        let channel = Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?.connect().await?;
        Ok(RemoteCaller(EchoServiceClient::new(channel)))
    }

    fn in_process() -> Result<impl Caller> {
        Ok(LocalCaller(EchoServiceClient::new(EchoServiceServer::new(TonicEcho))))
    }

    fn server() -> impl Caller {
        HttpCaller(EchoServiceServer::new(TonicEcho))
    }
}

#[derive(Clone)]
struct RemoteCaller(EchoServiceClient<Channel>);

#[derive(Clone)]
struct LocalCaller(EchoServiceClient<EchoServiceServer<TonicEcho>>);

macro_rules! caller {
    () => {
        async fn echo(&mut self) -> Result<()> {
            check(self.0.echo(request!(EchoRequest)).await?.into_inner().number)
        }

        async fn repeat(&mut self, times: u32) -> Result<()> {
            let message = Some(request!(EchoRequest));
            let mut messages = self.0.repeat(RepeatRequest { message, times }).await?.into_inner();
            while let Some(message) = messages.message().await? {
                check(message.number)?;
            }
            Ok(())
        }
    };
}

impl Caller for RemoteCaller {
    caller!();
}

impl Caller for LocalCaller {
    caller!();
}
