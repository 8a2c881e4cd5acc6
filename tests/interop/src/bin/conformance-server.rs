//! A server that connectconformance starts, tests and ends.

use std::{error::Error, sync::Arc};

use interop::{
    conformance::{ScriptedService, stdio},
    generated::conformance::connectrpc::conformance::v1::{
        ServerCompatRequest, ServerCompatResponse, TlsCreds, conformance_service_adapter,
    },
};
use rust_svc::{
    Server,
    server::{Listen, ServerTls},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(request) = stdio::read::<ServerCompatRequest>().await? else { return Err("nothing is asked for".into()) };
    let mut adapter = conformance_service_adapter(Arc::new(ScriptedService));
    if request.message_receive_limit > 0 {
        adapter = adapter.max_message_size(request.message_receive_limit.try_into()?);
    }
    let listen = Listen::at("127.0.0.1:0");
    let listen = match &request.server_creds {
        Some(own) if request.use_tls => listen.tls(tls(own, &request.client_tls_cert)),
        _ => listen,
    };
    let server = Server::new().adapter(adapter).grpc_web().bind(listen).await?;
    let address = server.local_addr();
    let response = ServerCompatResponse {
        host: address.ip().to_string(),
        port: address.port().into(),
        pem_cert: request.server_creds.filter(|_| request.use_tls).map(|own| own.cert).unwrap_or_default(),
    };
    stdio::write(response).await?;
    Ok(server.run().await?)
}

fn tls(own: &TlsCreds, callers: &[u8]) -> ServerTls {
    let tls = ServerTls::pem(&own.cert, &own.key);
    if callers.is_empty() { tls } else { tls.clients_pem(callers) }
}
