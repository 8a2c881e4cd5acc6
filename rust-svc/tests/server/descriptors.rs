//! A server without free file descriptors.

use std::{fs::File, process::Command};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{soon, start};

#[test]
fn a_server_without_descriptors_recovers() {
    let test = std::env::current_exe().expect("this program");
    let limited = "ulimit -n 64 && exec \"$0\" --exact descriptors::no_descriptor_is_left --ignored";
    let output = Command::new("sh").args(["-c", limited]).arg(test).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "runs in a process of its own, where few files may be open"]
async fn no_descriptor_is_left() {
    let server = start().await;
    let mut before = server.client().await;
    assert_eq!(before.one("a").await.expect("an answer"), "a");
    let mut taken: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    taken.pop();
    let mut waiting = TcpStream::connect(server.address).await.expect("the system takes it");
    let request = b"GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    waiting.write_all(request).await.expect("a request");
    assert_eq!(before.one("meanwhile").await.expect("an answer"), "meanwhile");
    drop(taken);
    let mut answer = String::new();
    soon(waiting.read_to_string(&mut answer)).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
