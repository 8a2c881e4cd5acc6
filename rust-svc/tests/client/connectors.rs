//! Connections by connectors, proxies and Unix sockets.

use std::{io, sync::Arc};

use rust_svc::{Client, Code};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

use crate::{
    GET, call,
    wire::{Call, Server},
};

async fn server() -> Server {
    Server::start(|call: Call| async move { call.answer("answer") }).await
}

#[tokio::test]
async fn a_connector_replaces_tcp() {
    let server = server().await;
    let (address, asked) = (server.address, Arc::new(Mutex::new(Vec::new())));
    let names = asked.clone();
    let connector = move |name: String| {
        let names = names.clone();
        async move {
            names.lock().await.push(name);
            let (client, mut far) = tokio::io::duplex(1024);
            let mut socket = TcpStream::connect(address).await?;
            tokio::spawn(async move { copy_bidirectional(&mut far, &mut socket).await });
            Ok(client)
        }
    };
    for (target, name) in
        [("http://inventory", "inventory:80"), ("static:vm-3:50051", "vm-3:50051"), ("unix:/run/a", "unix:/run/a")]
    {
        let client = Client::builder(target).plaintext().connector(connector.clone()).build().unwrap();
        assert_eq!(call(&client, GET).await.unwrap(), "answer", "{target}");
        assert_eq!(asked.lock().await.pop().unwrap(), name);
    }
}

#[tokio::test]
async fn errors_of_a_connector_are_sources() {
    let connector = |_: String| async { Err::<DuplexStream, _>(io::Error::other("no such vsock")) };
    let client = Client::builder("http://localhost").connector(connector).build().unwrap();
    let error = call(&client, GET).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(format!("{:?}", std::error::Error::source(&error)).contains("no such vsock"));
}

/// Starts a proxy that tunnels with this password, and returns its URL and the heads of the requests.
async fn proxy(to: std::net::SocketAddr, status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:pa%3Ass@{}", listener.local_addr().unwrap());
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = heads.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let mut socket = BufReader::new(socket);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                socket.read_line(&mut head).await.unwrap();
            }
            seen.lock().await.push(head);
            socket.write_all(format!("HTTP/1.1 {status}\r\nVia: test\r\n\r\n").as_bytes()).await.unwrap();
            let mut far = TcpStream::connect(to).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut socket, &mut far).await });
        }
    });
    (url, heads)
}

#[tokio::test]
async fn a_proxy_tunnels_connections() {
    let server = server().await;
    let (url, heads) = proxy(server.address, "200 Connection established").await;
    let client = Client::builder("http://inventory.test:50051").plaintext().proxy(&url).build().unwrap();
    for _ in 0..3 {
        assert_eq!(call(&client, GET).await.unwrap(), "answer");
    }
    let heads = heads.lock().await;
    assert_eq!(heads.len(), 1, "one connection");
    assert!(
        heads[0].starts_with("CONNECT inventory.test:50051 HTTP/1.1\r\nHost: inventory.test:50051\r\n"),
        "{}",
        heads[0]
    );
    assert!(heads[0].contains("\r\nProxy-Authorization: Basic dXNlcjpwYTpzcw==\r\n"), "{}", heads[0]);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_the_cause() {
    let (url, _) = proxy(server().await.address, "407 Proxy Authentication Required").await;
    let client = Client::builder("http://inventory.test:50051").plaintext().proxy(&url).build().unwrap();
    let error = call(&client, GET).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(format!("{:?}", std::error::Error::source(&error)).contains("407 Proxy Authentication Required"));
    let error = Client::builder("http://localhost").proxy("socks5://proxy").build().unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn unix_sockets_may_have_a_path_or_a_name() {
    use std::os::{linux::net::SocketAddrExt, unix::net};

    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("shop.sock");
    let name = format!("rust-svc-test-{}", std::process::id());
    let abstract_address = net::SocketAddr::from_abstract_name(&name).unwrap();
    let by_name = net::UnixListener::bind_addr(&abstract_address).unwrap();
    let listeners = [net::UnixListener::bind(&path).unwrap(), by_name];
    for listener in listeners {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::UnixListener::from_std(listener).unwrap();
        let address = server.address;
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut far = TcpStream::connect(address).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut socket, &mut far).await });
            }
        });
    }
    let path = path.display();
    for target in [
        format!("unix:{path}"),
        format!("unix://{path}"),
        format!("unix-abstract:{name}"),
        format!("static:unix:{path}"),
    ] {
        let client = Client::new(&target).unwrap();
        assert_eq!(call(&client, GET).await.unwrap(), "answer", "{target}");
    }
}

#[tokio::test]
async fn windows_can_be_set() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder(format!("http://{}", listener.local_addr().unwrap()))
        .stream_window(100_000)
        .connection_window(200_000)
        .build()
        .unwrap();
    let calling = tokio::spawn(async move { client.connect().await });
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut bytes = [0; 24 + 9 + 6 * 4];
    socket.read_exact(&mut bytes).await.unwrap();
    assert!(bytes.windows(6).any(|setting| setting == [0, 4, 0, 1, 0x86, 0xa0]), "INITIAL_WINDOW_SIZE: {bytes:?}");
    calling.abort();
}
