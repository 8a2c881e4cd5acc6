//! Serves the interoperability tests on a port that is free, and prints its address.

use std::{error::Error, sync::Arc};

use interop::{generated::grpc::grpc::testing::test_service_adapter, grpc::InteropService};
use rust_svc::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::new().adapter(test_service_adapter(Arc::new(InteropService))).bind("127.0.0.1:0").await?;
    println!("{}", server.local_addr());
    Ok(server.run().await?)
}
