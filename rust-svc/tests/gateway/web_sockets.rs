//! Streams over WebSocket, in process and in front of a remote service.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::http::{HeaderName, HeaderValue};
use futures::{SinkExt, StreamExt};
use rust_svc::{
    Adapter, Client, Context, Error, Gateway, Method, Result, Server, Streaming,
    gateway::{AllowedOrigins, GatewayRoutes, GatewaySettings},
    route,
};
use tokio::{net::TcpStream, sync::oneshot, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error as SocketError, Message, client::IntoClientRequest},
};

use crate::stock::{Item, Query, Shelf, stock_service_gateway};

const TALK: Method = Method::bidi_streaming("/stock.v1.RoomService/Talk");
const SUM: Method = Method::client_streaming("/stock.v1.RoomService/Sum");
/// The limit of each wait, after which a test fails.
const TIMEOUT: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A service that a remote client may take the place of.
#[derive(Clone)]
struct Room(Option<Client>);

impl Room {
    /// Returns the requests, unless the name of one selects another response.
    async fn talk(&self, cx: Context, mut requests: Streaming<Item>) -> Result<Streaming<Item>> {
        if let Some(client) = &self.0 {
            return client.bidi_streaming(TALK, cx.child().with_metadata("authorization", token(&cx))?, requests).await;
        }
        let (sender, responses) = Streaming::channel(1);
        tokio::spawn(async move {
            while let Some(request) = requests.next().await {
                let response = match request {
                    Ok(request) if request.item_id == "fail" => {
                        Err(Error::not_found("no such room").with_detail(request))
                    }
                    Ok(request) if request.item_id == "token" => Ok(Item { item_id: token(&cx), ..request }),
                    other => other,
                };
                match response {
                    Ok(response) => drop(sender.send(response).await),
                    Err(error) => return sender.fail(error).await,
                }
            }
            drop(sender.send(Item { item_id: "end".into(), ..Item::default() }).await);
        });
        Ok(responses)
    }

    async fn sum(&self, cx: Context, mut requests: Streaming<Item>) -> Result<Item> {
        if let Some(client) = &self.0 {
            return client.client_streaming(SUM, cx.child(), requests).await;
        }
        let mut sum = Item::default();
        while let Some(request) = requests.next().await {
            sum.quantity += request?.quantity;
        }
        Ok(sum)
    }
}

fn token(cx: &Context) -> String {
    cx.metadata().get("authorization").unwrap_or("none").to_owned()
}

fn gateway(room: Room, settings: GatewaySettings) -> GatewayRoutes {
    let gateway = Gateway::new(Arc::new(room))
        .bidi_streaming(TALK, route::post("/v1/rooms:talk").body("*"), |it: &Room, cx, requests| {
            Box::pin(it.talk(cx, requests))
        })
        .bidi_streaming(TALK, route::get("/v1/rooms/{etag}:talk"), |it: &Room, cx, requests| {
            Box::pin(it.talk(cx, requests))
        })
        .client_streaming(SUM, route::post("/v1/rooms:sum").body("*"), |it: &Room, cx, requests| {
            Box::pin(it.sum(cx, requests))
        });
    GatewayRoutes::from(gateway).with_settings(settings)
}

async fn start(server: Server) -> (SocketAddr, oneshot::Sender<()>) {
    let bound = server.shutdown_after(Duration::from_millis(50)).bind("127.0.0.1:0").await.expect("a free port");
    let (address, (stop, stopped)) = (bound.local_addr(), oneshot::channel());
    tokio::spawn(bound.run_until(async { drop(stopped.await) }));
    (address, stop)
}

/// Starts a gateway of a local service, and one of a remote service.
async fn both() -> Vec<(SocketAddr, oneshot::Sender<()>)> {
    let adapter = Adapter::new("stock.v1.RoomService", Arc::new(Room(None)))
        .bidi_streaming(TALK, |it, cx, requests| Box::pin(it.talk(cx, requests)))
        .client_streaming(SUM, |it, cx, requests| Box::pin(it.sum(cx, requests)));
    let backend = start(Server::new().adapter(adapter)).await;
    let client = Client::new(format!("http://{}", backend.0)).expect("an address");
    let local = start(Server::new().gateway(gateway(Room(None), GatewaySettings::default()))).await;
    let remote = start(Server::new().gateway(gateway(Room(Some(client)), GatewaySettings::default()))).await;
    vec![local, remote, backend]
}

async fn try_connect(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> std::result::Result<Socket, u16> {
    let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(SocketError::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

async fn connect(address: SocketAddr, path: &str) -> Socket {
    try_connect(address, path, &[]).await.expect("a socket")
}

/// Sends texts.
async fn send(socket: &mut Socket, texts: &[&str]) {
    for text in texts {
        socket.send(Message::text(*text)).await.expect("sent");
    }
}

/// Returns the next text, or the close code and its reason.
async fn next(socket: &mut Socket) -> String {
    loop {
        match timeout(TIMEOUT, socket.next()).await.expect("in time") {
            Some(Ok(Message::Text(text))) => return text.to_string(),
            Some(Ok(Message::Close(Some(frame)))) => return format!("{} {}", u16::from(frame.code), frame.reason),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => (),
            other => return format!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn each_message_is_a_frame_both_ways() {
    for (address, _stop) in &both().await[..2] {
        let mut socket = connect(*address, "/v1/rooms:talk").await;
        for quantity in 1..=3 {
            send(&mut socket, &[&format!(r#"{{"quantity":{quantity}}}"#)]).await;
            assert_eq!(next(&mut socket).await, format!(r#"{{"quantity":{quantity}}}"#));
        }
        socket.send(Message::binary(&br#"{"quantity":4}"#[..])).await.expect("sent");
        assert_eq!(next(&mut socket).await, r#"{"quantity":4}"#);
        send(&mut socket, &[""]).await;
        assert_eq!(next(&mut socket).await, r#"{"itemId":"end"}"#, "an empty text ends the requests");
        assert_eq!(next(&mut socket).await, "1000 ");
    }
}

#[tokio::test]
async fn the_status_closes_the_socket() {
    for (address, _stop) in &both().await[..2] {
        let mut socket = connect(*address, "/v1/rooms:talk").await;
        send(&mut socket, &[r#"{"quantity":1}"#, r#"{"itemId":"fail"}"#]).await;
        assert_eq!(next(&mut socket).await, r#"{"quantity":1}"#);
        let error = next(&mut socket).await;
        assert!(error.starts_with(r#"{"error":{"code":5,"message":"no such room","details":[{"#), "{error}");
        assert_eq!(next(&mut socket).await, "4005 NOT_FOUND: no such room");
        assert!(timeout(TIMEOUT, socket.next()).await.expect("in time").is_none(), "the connection ends");
    }
}

#[tokio::test]
async fn a_stream_of_requests_has_one_response() {
    for (address, _stop) in &both().await[..2] {
        let mut socket = connect(*address, "/v1/rooms:sum").await;
        send(&mut socket, &[r#"{"quantity":20}"#, r#"{"quantity":22}"#, ""]).await;
        assert_eq!(next(&mut socket).await, r#"{"quantity":42}"#);
        assert_eq!(next(&mut socket).await, "1000 ");
    }
}

#[tokio::test]
async fn invalid_and_large_messages_end_the_call() {
    let (address, _stop) = &both().await[0];
    for (message, close) in [
        ("{", "4003 INVALID_ARGUMENT: "),
        (r#"{"nothing":1}"#, "4003 INVALID_ARGUMENT: "),
        (&format!(r#"{{"itemId":"{}"}}"#, "x".repeat(5 << 20)), "4008 RESOURCE_EXHAUSTED: "),
    ] {
        let mut socket = connect(*address, "/v1/rooms:talk").await;
        send(&mut socket, &[message]).await;
        let error = next(&mut socket).await;
        assert!(error.starts_with(r#"{"error":{"code""#), "{error}");
        let closed = next(&mut socket).await;
        assert!(closed.starts_with(close), "{closed}");
    }
}

#[tokio::test]
async fn the_deadline_and_the_end_of_the_server_close_the_socket() {
    let mut servers = both().await;
    let (address, stop) = servers.remove(0);
    let with_deadline = &[("grpc-timeout", "50m")];
    let mut late = try_connect(address, "/v1/rooms:talk", with_deadline).await.expect("a socket");
    assert!(next(&mut late).await.contains("deadline"));
    assert!(next(&mut late).await.starts_with("4004 DEADLINE_EXCEEDED: "));

    let mut socket = connect(address, "/v1/rooms:talk").await;
    send(&mut socket, &["{}"]).await;
    assert_eq!(next(&mut socket).await, "{}");
    stop.send(()).expect("a running server");
    assert!(next(&mut socket).await.contains("the server stops"));
    assert_eq!(next(&mut socket).await, "4014 UNAVAILABLE: the server stops");
}

#[tokio::test]
async fn the_call_ends_if_the_caller_closes_or_goes_away() {
    let shelf = Arc::new(Shelf::default());
    let (address, _stop) = start(Server::new().gateway(stock_service_gateway(shelf.clone()))).await;
    for is_closed in [true, false] {
        let mut socket = connect(address, "/v1/stock:watch?count=1&product_id=hang").await;
        assert_eq!(next(&mut socket).await, r#"{"quantity":1}"#);
        if is_closed {
            socket.close(None).await.expect("closed");
            assert_eq!(next(&mut socket).await, "Some(Ok(Close(None)))");
        }
        drop(socket);
        timeout(TIMEOUT, shelf.gone.notified()).await.expect("the call is cancelled");
    }
}

#[tokio::test]
async fn pages_of_other_origins_cannot_connect() {
    let (address, _stop) = start(Server::new().gateway(gateway(Room(None), GatewaySettings::default()))).await;
    let path = "/v1/rooms:talk";
    let refused = try_connect(address, path, &[("origin", "https://evil.example")]).await;
    assert_eq!(refused.err(), Some(403));
    let own = format!("http://{address}");
    assert!(try_connect(address, path, &[("origin", &own)]).await.is_ok());

    let mut settings = GatewaySettings::default();
    settings.web_sockets.origins = AllowedOrigins::List(vec!["https://shop.example".to_owned()]);
    let (address, _stop) = start(Server::new().gateway(gateway(Room(None), settings))).await;
    assert!(try_connect(address, path, &[("origin", "https://shop.example")]).await.is_ok());
}

#[tokio::test]
async fn a_bearer_token_may_be_a_subprotocol() {
    for (address, _stop) in &both().await[..2] {
        let protocols = &[("sec-websocket-protocol", "bearer, a.b-c")];
        let mut socket = try_connect(*address, "/v1/rooms:talk", protocols).await.expect("a socket");
        send(&mut socket, &[r#"{"itemId":"token"}"#]).await;
        assert_eq!(next(&mut socket).await, r#"{"itemId":"Bearer a.b-c"}"#);
    }
}

#[tokio::test]
async fn invalid_handshakes_are_refused() {
    let (address, _stop) = start(Server::new().gateway(stock_service_gateway(Arc::new(Shelf::default())))).await;
    for (path, expected) in [
        ("/v1/items:chat?unknown=1", 400),
        ("/v1/items:chat?quantity=1", 400),
        ("/v1/nothing", 404),
        // A method without a stream has a plain response.
        ("/v1/stock/missing", 404),
    ] {
        assert_eq!(try_connect(address, path, &[]).await.err(), Some(expected), "{path}");
    }
    let old = try_connect(address, "/v1/items:chat", &[("sec-websocket-version", "8")]).await;
    assert_eq!(old.err(), Some(426));
}

#[tokio::test]
async fn the_path_sets_fields_of_each_message() {
    let (address, _stop) = &both().await[0];
    let mut socket = connect(*address, "/v1/rooms/blue:talk?quantity=7").await;
    send(&mut socket, &["{}", r#"{"itemId":"a"}"#]).await;
    assert_eq!(next(&mut socket).await, r#"{"quantity":7,"etag":"blue"}"#);
    assert_eq!(next(&mut socket).await, r#"{"itemId":"a","quantity":7,"etag":"blue"}"#);
}

/// The handler stops while the caller does not read.
#[tokio::test]
async fn a_slow_caller_holds_the_handler_back() {
    struct Endless(Arc<std::sync::atomic::AtomicUsize>);
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let gateway = Gateway::new(Arc::new(Endless(sent.clone()))).server_streaming(
        Method::server_streaming("/stock.v1.RoomService/Flood"),
        route::get("/v1/flood"),
        |it: &Endless, _, _: Query| {
            let sent = it.0.clone();
            let messages = futures::stream::repeat_with(move || {
                sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok(Item { item_id: "x".repeat(100_000), ..Item::default() })
            });
            Box::pin(async { Ok(Streaming::new(messages)) })
        },
    );
    let (address, _stop) = start(Server::new().gateway(gateway)).await;
    let mut socket = connect(address, "/v1/flood").await;
    let mut before = usize::MAX;
    while before != sent.load(std::sync::atomic::Ordering::Relaxed) {
        before = sent.load(std::sync::atomic::Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    for _ in 0..before + 1 {
        assert!(next(&mut socket).await.starts_with(r#"{"itemId":"xxx"#));
    }
}
