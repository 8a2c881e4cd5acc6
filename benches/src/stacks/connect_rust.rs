//! connect-rust with the gRPC protocol, as in its guide.

use connectrpc::{
    ConnectError, ConnectRpcService, Encodable, Protocol, RequestContext, Response, Server, ServiceRequest,
    ServiceResult, ServiceStream,
    client::{ClientConfig, ClientTransport, Http2Connection, ServiceTransport},
    http_body::Body,
};
use futures::stream;
use http::Uri;
use tokio::net::TcpListener;

use super::{
    generated::connect_rust::bench::wire::v1::{
        EchoRequest, EchoResponse, EchoService, EchoServiceClient, EchoServiceServer, RepeatRequest,
    },
    http_request::HttpCaller,
    stack::{Caller, Stack, check},
};
use crate::{error::Result, request};

struct ConnectEcho;

impl EchoService for ConnectEcho {
    async fn echo<'a>(
        &'a self,
        _: RequestContext,
        request: ServiceRequest<'_, EchoRequest>,
    ) -> ServiceResult<impl Encodable<EchoResponse> + Send + use<'a>> {
        Response::ok(answer(request.to_owned_message()))
    }

    async fn repeat(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, RepeatRequest>,
    ) -> ServiceResult<ServiceStream<impl Encodable<EchoResponse> + Send + use<>>> {
        let RepeatRequest { message, times, .. } = request.to_owned_message();
        let message = answer(message.into_option().unwrap_or_default());
        let messages = (0..times).map(move |_| Ok::<_, ConnectError>(message.clone()));
        Response::stream_ok(stream::iter(messages))
    }
}

fn answer(EchoRequest { name, number, tags, .. }: EchoRequest) -> EchoResponse {
    EchoResponse { name, number, tags, ..Default::default() }
}

/// connect-rust.
pub(crate) struct ConnectRust;

impl Stack for ConnectRust {
    async fn serve(listener: TcpListener) -> Result<()> {
        Server::from_listener(listener).serve_with_service(service()).await
    }

    async fn connect(port: u16) -> Result<impl Caller> {
        const WAITING: usize = 1024;
        let uri: Uri = format!("http://127.0.0.1:{port}").parse()?;
        let connection = Http2Connection::lazy_plaintext(uri.clone()).shared(WAITING);
        Ok(ConnectCaller(EchoServiceClient::new(connection, config(uri))))
    }

    fn in_process() -> Result<impl Caller> {
        let transport = ServiceTransport::new(service());
        Ok(ConnectCaller(EchoServiceClient::new(transport, config(Uri::from_static("http://in.process")))))
    }

    fn server() -> impl Caller {
        HttpCaller(service())
    }
}

fn service() -> ConnectRpcService<EchoServiceServer<impl EchoService>> {
    ConnectRpcService::new(EchoServiceServer::new(ConnectEcho))
}

fn config(uri: Uri) -> ClientConfig {
    ClientConfig::new(uri).with_protocol(Protocol::Grpc)
}

#[derive(Clone)]
struct ConnectCaller<T>(EchoServiceClient<T>);

impl<T> Caller for ConnectCaller<T>
where
    T: ClientTransport<ResponseBody: Unpin>,
    <T::ResponseBody as Body>::Error: std::fmt::Display,
{
    async fn echo(&mut self) -> Result<()> {
        check(self.0.echo(request!(EchoRequest, ..Default::default())).await?.into_owned().number)
    }

    async fn repeat(&mut self, times: u32) -> Result<()> {
        let message = request!(EchoRequest, ..Default::default()).into();
        let request = RepeatRequest { message, times, ..Default::default() };
        let mut messages = self.0.repeat(request).await?;
        while let Some(message) = messages.message().await? {
            check(message.to_owned_message().number)?;
        }
        Ok(())
    }
}
