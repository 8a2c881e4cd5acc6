//! Restart of the order service, and several processes of it.

use std::time::Duration;

use examples::{
    database::IN_MEMORY,
    generated::order::v1::{
        GetOrderRequest, ListOrdersRequest, Order, OrderService, OrderServiceClient, StreamOrderUpdatesRequest,
        order::Status,
    },
    order::Orders,
};
use futures::future::join_all;
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

/// Pursues the orders of a process, while something else happens.
async fn while_tended<T>(processes: [&Orders; 2], work: impl Future<Output = T>) -> T {
    let interval = Duration::from_millis(20);
    tokio::select! {
        done = work => done,
        never = processes[0].tend_forever(interval) => match never {},
        never = processes[1].tend_forever(interval) => match never {},
    }
}

async fn list(client: &OrderServiceClient) -> Vec<Order> {
    client.list_orders(Context::new(), ListOrdersRequest::default()).await.expect("listed").orders
}

#[tokio::test]
async fn two_processes_share_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("order.db");
    let database = file.to_str().expect("a name");
    let (inventory, dispatch) = tokio::join!(inventory(), dispatch(IN_MEMORY, "127.0.0.1:0"));
    let (one, one_business) = orders(database, &inventory, &dispatch).await;
    let (other, other_business) = orders(database, &inventory, &dispatch).await;
    let clients = [OrderServiceClient(one.client()), OrderServiceClient(other.client())];
    let keys: Vec<_> = (0..5).map(|number| number.to_string()).collect();
    let placed =
        keys.iter().flat_map(|key| clients.iter().map(|client| client.create_order(Context::new(), teas(key, 1))));
    let placed = while_tended([&one_business, &other_business], join_all(placed)).await;
    let placed: Vec<_> = placed.into_iter().map(|response| response.expect("placed").order.order_id).collect();
    assert!(placed.chunks(2).all(|pair| pair[0] == pair[1]), "one order a key: {placed:?}");
    for client in &clients {
        let listed = list(client).await;
        assert_eq!(listed.len(), 5);
        assert!(listed.iter().all(|order| order.status == Some(Status::Dispatching)), "{listed:?}");
    }
}

#[tokio::test]
async fn another_process_continues_an_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("order.db");
    let database = file.to_str().expect("a name");
    let (inventory, down) = tokio::join!(inventory(), dispatch(IN_MEMORY, "127.0.0.1:0"));
    let address = down.url.trim_start_matches("http://").to_owned();
    let (one, one_business) = orders(database, &inventory, &down).await;
    let (other, other_business) = orders(database, &inventory, &down).await;
    down.stop().await;
    let client = OrderServiceClient(one.client());
    let waiting = client.create_order(Context::new(), teas("k", 2)).await.expect("recorded").order;
    assert_eq!(waiting.status, Some(Status::Reserved));
    let client = OrderServiceClient(other.client());
    let request = StreamOrderUpdatesRequest { order_id: waiting.order_id };
    let mut updates = client.stream_order_updates(Context::new(), request).await.expect("a stream");
    one.stop().await;
    drop(one_business);

    let _dispatch = dispatch(IN_MEMORY, &address).await;
    let continued = async {
        while updates.next().await.expect("no end").expect("no error").order.status != Some(Status::Dispatching) {}
    };
    while_tended([&other_business, &other_business], continued).await;
}
