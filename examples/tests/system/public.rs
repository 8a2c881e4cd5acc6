//! The gateway over HTTP.

use std::time::Duration;

use examples::{
    access::{Caller, Role, Tokens},
    generated::{inventory::v1::InventoryServiceClient, order::v1::OrderService},
    node::{front, with_last_stock},
};
use rust_svc::{Client, Context};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::system::{Serving, System, teas};

fn tokens() -> Tokens {
    Tokens::new(b"secret")
}

/// Sends a request of a caller.
pub(crate) async fn get_as(front: &Serving, path: &str, tokens: &Tokens, caller: &Caller) -> (u16, Value) {
    let token = tokens.issue(caller, Duration::from_mins(1));
    send_with(front, "GET", path, &format!("Authorization: Bearer {token}\r\n")).await
}

async fn get(front: &Serving, path: &str) -> (u16, Value) {
    send(front, "GET", path).await
}

/// Sends a request of a customer, with an empty object. Returns status and body.
async fn send(front: &Serving, method: &str, path: &str) -> (u16, Value) {
    let token = tokens().issue(&Caller::new(Role::Customer, "ann"), Duration::from_mins(1));
    send_with(front, method, path, &format!("Authorization: Bearer {token}\r\n")).await
}

async fn send_with(front: &Serving, method: &str, path: &str, headers: &str) -> (u16, Value) {
    let address = front.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.expect("connects");
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n{headers}\r\n{{}}"
    );
    connection.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("received");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn tracking_responds_partially_without_dispatch() {
    let system = System::build().await;
    let server = front(system.inventory(), system.orders(), &system.dispatch.client(), tokens());
    let front = Serving::start(server, "127.0.0.1:0").await;
    let order = system.orders().create_order(Context::new(), teas("k", 2)).await.expect("created").order;
    let path = format!("/v1/orders/{}/tracking", order.order_id);

    let (status, tracked) = get(&front, &path).await;
    assert_eq!((status, &tracked["order"]["status"]), (200, &Value::from("STATUS_DISPATCHING")));
    assert!(tracked["missing"].is_null(), "{tracked}");

    system.dispatch.stop().await;
    let (status, tracked) = get(&front, &path).await;
    assert_eq!((status, &tracked["order"]["orderId"]), (200, &Value::from(order.order_id)));
    let missing: Vec<_> = tracked["missing"].as_array().expect("a list").iter().map(|it| &it["part"]).collect();
    assert_eq!(missing, ["PART_COURIER", "PART_ROUTE"]);
}

#[tokio::test]
async fn errors_are_json_with_the_right_status() {
    let system = System::build().await;
    let server = front(system.inventory(), system.orders(), &system.dispatch.client(), tokens());
    let front = Serving::start(server, "127.0.0.1:0").await;
    for path in ["/v1/orders/nobody", "/v1/orders/nobody/tracking", "/v1/inventory/milk/stock"] {
        let (status, error) = get(&front, path).await;
        assert_eq!((status, &error["code"]), (404, &Value::from(5)), "{path}");
    }
    let (status, error) = get(&front, "/v1/orders?page_size=-1").await;
    assert_eq!((status, &error["code"]), (400, &Value::from(3)));
}

#[tokio::test]
async fn an_unknown_order_is_named_in_the_error() {
    let system = System::build().await;
    let server = front(system.inventory(), system.orders(), &system.dispatch.client(), tokens());
    let front = Serving::start(server, "127.0.0.1:0").await;
    let (_, error) = get(&front, "/v1/orders/nobody").await;
    let info = &error["details"][0];
    assert_eq!(info["@type"], "type.googleapis.com/google.rpc.ResourceInfo");
    assert_eq!((&info["resourceType"], &info["resourceName"]), (&"order.v1.Order".into(), &"nobody".into()));
}

#[tokio::test]
async fn stock_is_the_last_known_one_while_the_inventory_is_down() {
    let system = System::build().await;
    let inventory = with_last_stock(Client::builder(&system.inventory.url)).build().expect("an address");
    let inventory = InventoryServiceClient(inventory);
    let server = front(inventory, system.orders(), &system.dispatch.client(), tokens());
    let front = Serving::start(server, "127.0.0.1:0").await;
    let (status, current) = get(&front, "/v1/inventory/tea/stock").await;
    assert_eq!((status, &current["cached"]), (200, &Value::Null));
    system.inventory.stop().await;
    let (status, last) = get(&front, "/v1/inventory/tea/stock").await;
    assert_eq!((status, &last["cached"], &last["stock"]), (200, &Value::from(true), &current["stock"]));
    assert_eq!(last["readTime"], current["readTime"]);
    assert_eq!(get(&front, "/v1/inventory/cup/stock").await.0, 503, "it was never read");
}

#[tokio::test]
async fn customers_reach_no_internal_method() {
    let system = System::build().await;
    let server = front(system.inventory(), system.orders(), &system.dispatch.client(), tokens());
    let front = Serving::start(server, "127.0.0.1:0").await;
    for path in ["/v1/reservations", "/v1/reservations/r1:release", "/v1/inventory:uploadTelemetry"] {
        assert_eq!(send(&front, "POST", path).await.0, 403, "{path}");
    }
    for path in ["/v1/assignments", "/v1/assignments/a1:cancel", "/v1/assignments/a1:confirmRoute"] {
        assert_eq!(send(&front, "POST", path).await.0, 404, "{path}");
    }
    for path in ["/v1/couriers/c1", "/v1/couriers:available", "/v1/assignments/a1"] {
        assert_eq!(get(&front, path).await.0, 404, "{path}");
    }
    assert_eq!(get(&front, "/v1/inventory/tea/stock").await.0, 200);
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let system = System::build().await;
    let server = front(system.inventory(), system.orders(), &system.dispatch.client(), tokens());
    let front = Serving::start(server, "127.0.0.1:0").await;
    let paths = [
        ("GET", "/v1/inventory/tea/stock"),
        ("GET", "/v1/inventory:watch"),
        ("POST", "/v1/reservations"),
        ("POST", "/v1/inventory:uploadTelemetry"),
        ("GET", "/v1/orders"),
        ("POST", "/v1/orders"),
        ("GET", "/v1/orders/o1"),
        ("POST", "/v1/orders/o1:cancel"),
        ("GET", "/v1/orders/o1/updates"),
        ("GET", "/v1/orders/o1/tracking"),
        ("POST", "/v1/orders:uploadItems"),
        ("GET", "/v1/customers/ann/orders"),
    ];
    for headers in ["", "Authorization: Bearer e30.AAAA\r\n", "Authorization: Basic YTpi\r\n"] {
        for (method, path) in paths {
            assert_eq!(send_with(&front, method, path, headers).await.0, 401, "{method} {path}");
        }
    }
}
