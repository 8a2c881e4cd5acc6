//! The gateway over HTTP.

use examples::{generated::order::v1::OrderService, node::front};
use rust_svc::Context;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::system::{Serving, System, teas};

async fn get(front: &Serving, path: &str) -> (u16, Value) {
    send(front, "GET", path).await
}

/// Sends a request with an empty object. Returns status and body.
async fn send(front: &Serving, method: &str, path: &str) -> (u16, Value) {
    let address = front.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.expect("connects");
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
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
    let server = front(system.inventory(), system.orders(), &system.dispatch.client());
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
    let server = front(system.inventory(), system.orders(), &system.dispatch.client());
    let front = Serving::start(server, "127.0.0.1:0").await;
    for path in ["/v1/orders/nobody", "/v1/orders/nobody/tracking", "/v1/inventory/milk/stock"] {
        let (status, error) = get(&front, path).await;
        assert_eq!((status, &error["code"]), (404, &Value::from(5)), "{path}");
    }
    let (status, error) = get(&front, "/v1/orders?page_size=-1").await;
    assert_eq!((status, &error["code"]), (400, &Value::from(3)));
}

#[tokio::test]
async fn customers_reach_no_internal_method() {
    let system = System::build().await;
    let server = front(system.inventory(), system.orders(), &system.dispatch.client());
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
