//! The client against the server of this project. `run interop` tests each of them against another implementation.

use std::sync::Arc;

use interop::{
    generated::grpc::grpc::testing::test_service_adapter,
    grpc::{CASES, InteropService, SILENCE_CASES},
};
use rust_svc::{Client, Server};

#[tokio::test]
async fn every_case_passes_against_our_server() {
    let server = Server::new().adapter(test_service_adapter(Arc::new(InteropService))).bind("127.0.0.1:0").await;
    let server = server.expect("a free port");
    let address = format!("http://{}", server.local_addr());
    tokio::spawn(server.run_until(std::future::pending()));
    let plain = Client::new(&address).expect("an address");
    let gzip = Client::builder(&address).gzip().build().expect("an address");
    for (name, case) in CASES.into_iter().chain(SILENCE_CASES) {
        for client in [&plain, &gzip] {
            case(client).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
