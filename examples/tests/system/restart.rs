//! Restart of the order service.

use examples::{
    database::IN_MEMORY,
    generated::order::v1::{
        GetOrderRequest, OrderService, OrderServiceClient, StreamOrderUpdatesRequest, order::Status,
    },
};
use rust_svc::Context;

use crate::system::{dispatch, inventory, orders, teas};

#[tokio::test]
async fn orders_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("order.db");
    let database = file.to_str().expect("a name");
    let (inventory, dispatch) = tokio::join!(inventory(), dispatch(IN_MEMORY, "127.0.0.1:0"));

    let (serving, business) = orders(database, &inventory, &dispatch).await;
    let client = OrderServiceClient(serving.client());
    let order = client.create_order(Context::new(), teas("k", 2)).await.expect("created").order;
    serving.stop().await;
    drop(business);

    let (serving, _business) = orders(database, &inventory, &dispatch).await;
    let client = OrderServiceClient(serving.client());
    let request = GetOrderRequest { order_id: order.order_id.clone() };
    assert_eq!(client.get_order(Context::new(), request).await.expect("there").order, order);
    assert_eq!(client.create_order(Context::new(), teas("k", 2)).await.expect("the same").order, order);
    let request = StreamOrderUpdatesRequest { order_id: order.order_id };
    let mut updates = client.stream_order_updates(Context::new(), request).await.expect("a stream");
    let now = updates.next().await.expect("no end").expect("no error").order;
    assert_eq!(now.status, Some(Status::Dispatching));
}
