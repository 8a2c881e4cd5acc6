//! A server that connectconformance starts, tests and ends.

use std::{error::Error, sync::Arc};

use conformance::{
    generated::suite::connectrpc::conformance::v1::{
        ServerCompatRequest, ServerCompatResponse, conformance_service_adapter,
    },
    suite::{Service, stdio},
};
use rust_svc::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(request) = stdio::read::<ServerCompatRequest>().await? else { return Err("nothing is asked for".into()) };
    let mut adapter = conformance_service_adapter(Arc::new(Service));
    if request.message_receive_limit > 0 {
        adapter = adapter.max_message_size(request.message_receive_limit.try_into()?);
    }
    let server = Server::new().adapter(adapter).grpc_web().bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    let response = ServerCompatResponse {
        host: address.ip().to_string(),
        port: address.port().into(),
        ..ServerCompatResponse::default()
    };
    stdio::write(response).await?;
    Ok(server.run().await?)
}
