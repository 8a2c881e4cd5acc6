//! Serves the echo service over gRPC and, in front of that, over HTTP by each preset. It prints the addresses in one line.

use std::{error::Error, sync::Arc};

use interop::{
    gateway::EchoServer,
    generated::echo::echo::v1::{EchoServiceClient, echo_service, echo_service_adapter, echo_service_gateway},
};
use rust_svc::{
    Client, Server,
    gateway::{GatewayRoutes, GatewaySettings},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let backend = Server::new().adapter(echo_service_adapter(Arc::new(EchoServer))).bind("127.0.0.1:0").await?;
    // Hundreds of errors in a row are what is compared.
    let client = Client::builder(format!("http://{}", backend.local_addr())).method(echo_service::FAIL.no_breaker());
    let service = Arc::new(EchoServiceClient(client.build()?));
    let mut addresses = vec![backend.local_addr().to_string()];
    for settings in [GatewaySettings::default(), GatewaySettings::grpc_gateway(), GatewaySettings::google()] {
        let routes = GatewayRoutes::from(echo_service_gateway(service.clone())).with_settings(settings);
        let bound = Server::new().gateway(routes).bind("127.0.0.1:0").await?;
        addresses.push(bound.local_addr().to_string());
        tokio::spawn(bound.run_until(std::future::pending()));
    }
    println!("listening at {}", addresses.join(" "));
    Ok(backend.run().await?)
}
