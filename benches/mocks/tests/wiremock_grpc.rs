//! wiremock-grpc, which can express the first of the three tests without the fields of the request.

use mocks::tonic_stubs::{CheckReply, CheckRequest, stock_service_client::StockServiceClient};
use tonic::{Code, transport::Channel};
use wiremock_grpc::{MockBuilder, Then, generate_svc};

generate_svc! {
    package stock.v1;
    service StockService {
        Check,
    }
}

#[tokio::test]
async fn any_request_is_answered() {
    let mut server = StockServiceMockServer::start_default().await;
    let check = MockBuilder::when().path_check().then().return_status(Code::Ok);
    server.setup(check.return_body(|| CheckReply { available: 7 }));
    let address = format!("http://[::1]:{}", server.address().port());
    let channel = Channel::from_shared(address).unwrap().connect().await.unwrap();
    let reply = StockServiceClient::new(channel).check(CheckRequest { product_id: "tea".to_owned() }).await;
    assert_eq!(reply.unwrap().into_inner().available, 7);
}
