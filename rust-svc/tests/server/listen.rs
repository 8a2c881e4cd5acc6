//! Addresses and their protocols.

use std::{path::PathBuf, sync::Arc};

use rust_svc::{
    Client, Code, Context, Server,
    server::{Bound, Listen},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    echo::{Parrot, UNARY, echo_adapter},
    http::fetch,
    raw::{self, frame},
    support::soon,
};

/// Serves the echo service at these addresses until the sender is dropped.
async fn serve(listens: impl IntoIterator<Item = Listen>) -> (Vec<std::net::SocketAddr>, oneshot::Sender<()>) {
    let bound = server().bind_all(listens).await.expect("addresses");
    let addresses = bound.addresses().filter_map(rust_svc::server::Address::tcp).collect();
    (addresses, run(bound).0)
}

fn server() -> Server {
    let (events, _) = mpsc::unbounded_channel();
    Server::new().adapter(echo_adapter(Arc::new(Parrot(events))))
}

fn run(bound: Bound) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    (stop, tokio::spawn(bound.run_until(async { drop(stopped.await) })))
}

async fn one(client: &Client, text: &str) -> rust_svc::Result<String> {
    use crate::echo::{Ping, Pong};
    let pong: Pong = soon(client.unary(UNARY, Context::new(), Ping { text: text.to_owned() })).await?;
    Ok(pong.text)
}

#[tokio::test]
async fn plaintext_beyond_loopback_is_opt_in() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = server().bind(address).await.expect_err("open to others");
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains("`Listen::at(..).plaintext()`"), "{error}");
    }
    let bound = server().bind(Listen::at("0.0.0.0:0").plaintext()).await.expect("a port");
    let port = bound.local_addr().port();
    let (_stop, _) = run(bound);
    let client = Client::new(format!("http://127.0.0.1:{port}")).expect("an address");
    assert_eq!(one(&client, "a").await.expect("an answer"), "a");
}

#[tokio::test]
async fn a_server_needs_an_address() {
    let error = server().bind_all(Vec::<Listen>::new()).await.expect_err("nowhere");
    assert_eq!(error.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn each_address_serves_its_protocols() {
    let at = || Listen::at("127.0.0.1:0");
    let (addresses, _stop) = serve([at(), at().grpc(), at().http(), at().grpc_web()]).await;
    let mut grpc = Vec::new();
    let mut http = Vec::new();
    for address in &addresses {
        let answer = raw::exchange(*address, raw::request(UNARY.path), frame("a")).await;
        grpc.push((answer.status.as_u16(), answer.grpc().0 == "0"));
        http.push(fetch(*address, "/healthz").await.0);
    }
    assert_eq!(grpc, [(200, true), (200, true), (404, false), (404, false)]);
    assert_eq!(http, [200, 405, 200, 404]);

    let mut web = Vec::new();
    for address in &addresses {
        let request = http::Request::post(format!("http://test{}", UNARY.path));
        let request = request.header("content-type", "application/grpc-web+proto");
        let answer = raw::exchange(*address, request, frame("a")).await;
        web.push(answer.status == 200 && answer.headers["content-type"] == "application/grpc-web+proto");
    }
    assert_eq!(web, [false, false, false, true]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::{fs::PermissionsExt, net::UnixListener};

    use super::*;

    fn socket(folder: &tempfile::TempDir) -> (PathBuf, String) {
        let path = folder.path().join("echo.sock");
        let address = format!("unix:{}", path.display());
        (path, address)
    }

    #[tokio::test]
    async fn calls_are_made_over_unix_sockets() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, address) = socket(&folder);
        let bound = server().bind(&*address).await.expect("a socket");
        assert!(bound.addresses().map(ToString::to_string).eq([&*address]));
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (stop, ended) = run(bound);
        let client = Client::new(&address).expect("an address");
        assert_eq!(one(&client, "a").await.expect("an answer"), "a");
        assert_eq!(one(&client, "peer").await.expect("an answer"), address);
        drop(stop);
        soon(ended).await.expect("an end");
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0, "the file is gone");
    }

    #[tokio::test]
    async fn socket_permissions_can_be_set() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, address) = socket(&folder);
        let _bound = server().bind(Listen::at(address).socket_mode(0o666)).await.expect("a socket");
        assert_eq!(std::fs::metadata(path).expect("a file").permissions().mode() & 0o777, 0o666);
    }

    #[tokio::test]
    async fn a_socket_of_a_dead_process_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, address) = socket(&folder);
        drop(UnixListener::bind(&path).expect("a socket"));
        assert!(path.exists());
        let (_stop, _) = run(server().bind(&*address).await.expect("a socket"));
        assert_eq!(one(&Client::new(address).expect("an address"), "a").await.expect("an answer"), "a");
    }

    /// In a container each process has the id 1.
    #[tokio::test]
    async fn a_temporary_socket_of_a_dead_process_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (_, address) = socket(&folder);
        for number in 0..100 {
            let leftover = folder.path().join(format!(".{}.{number}", std::process::id()));
            drop(UnixListener::bind(leftover).expect("a socket"));
        }
        let (_stop, _) = run(server().bind(&*address).await.expect("a socket"));
        assert_eq!(one(&Client::new(address).expect("an address"), "a").await.expect("an answer"), "a");
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 100, "one of them is in place now");
    }

    #[tokio::test]
    async fn sockets_and_files_in_use_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, address) = socket(&folder);
        let first = server().bind(&*address).await.expect("a socket");
        let error = server().bind(&*address).await.expect_err("in use");
        assert!(error.message().contains("another process listens there"), "{error}");
        // What another process puts there is not removed.
        std::fs::remove_file(&path).expect("a file");
        std::fs::write(&path, "precious").expect("a file");
        drop(first);
        let error = server().bind(&*address).await.expect_err("a file");
        assert!(error.message().contains("a file that is not a socket exists there"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "precious");
    }

    /// Its temporary name would be short enough to bind, but nobody could connect to the final one.
    #[tokio::test]
    async fn a_socket_path_that_is_too_long_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a".repeat(120));
        let error = server().bind(format!("unix:{}", path.display())).await.expect_err("too long");
        assert!(error.message().contains("a path of at most 90 bytes"), "{error}");
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0, "nothing is left");
    }

    #[tokio::test]
    async fn a_missing_directory_is_an_error() {
        let error = server().bind("unix:/nowhere/at/all.sock").await.expect_err("no folder");
        assert!(error.message().contains("its directory does not exist"), "{error}");
    }
}
