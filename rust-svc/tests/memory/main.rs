//! The memory of responses that their callers do not read, by an allocator that counts bytes. It counts those of the whole
//! process, so there is one test, whose server allocates nothing while it sends.

use std::{
    alloc::System,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use rust_svc::{Client, Context, Method, Streaming};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WATCH: Method = Method::server_streaming("/test.v1.Test/Watch");

/// A message of one letter in a DATA frame of its own, of the first stream.
const MESSAGE: &[u8] = &[0, 0, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0x0a, 1, b'x'];
const DATA_BYTES: usize = 8;

/// The flow-control window of a stream, which the server fills.
const WINDOW: usize = 2 * 1024 * 1024;
const MESSAGES: usize = WINDOW / DATA_BYTES;

const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const SETTINGS_ACK: &[u8] = &[0, 0, 0, 4, 1, 0, 0, 0, 0];
const PING: &[u8] = &[0, 0, 8, 6, 0, 0, 0, 0, 0, b'a', b'l', b'l', b' ', b's', b'e', b'n', b't'];
const HEADERS: u8 = 1;
const PINGED: u8 = 6;

/// Answers one call with as many small messages as the window takes, and reports when the client has received them.
fn serve(listener: &TcpListener, received: &mpsc::Sender<()>) -> std::io::Result<()> {
    let (mut socket, _) = listener.accept()?;
    socket.read_exact(&mut [0; 24])?;
    socket.write_all(SETTINGS)?;
    socket.write_all(SETTINGS_ACK)?;
    await_frame(&mut socket, HEADERS)?;
    socket.write_all(&response_headers())?;
    let many = MESSAGE.repeat(1024);
    for _ in 0..MESSAGES / 1024 {
        socket.write_all(&many)?;
    }
    socket.write_all(PING)?;
    await_frame(&mut socket, PINGED)?;
    let _ = received.send(());
    // The connection ends with the client.
    socket.read_to_end(&mut Vec::new()).map(drop)
}

fn response_headers() -> Vec<u8> {
    // `:status` 200 is in the table of HPACK, and `content-type` is not indexed.
    let block = [b"\x88\x00\x0ccontent-type\x10", &b"application/grpc"[..]].concat();
    [&[0, 0, block.len() as u8, HEADERS, 4, 0, 0, 0, 1], &*block].concat()
}

/// Reads frames up to one of this type, which is no request of the client.
fn await_frame(socket: &mut TcpStream, kind: u8) -> std::io::Result<()> {
    loop {
        let mut head = [0; 9];
        socket.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        std::io::copy(&mut socket.take(length.into()), &mut std::io::sink())?;
        if head[3] == kind {
            return Ok(());
        }
    }
}

/// h2 alone keeps over a hundred bytes for each of these frames: many times the window. Until a compaction it keeps them, too.
#[tokio::test]
async fn unread_small_messages_take_a_few_times_the_memory_of_their_window() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = listener.local_addr().expect("an address");
    let (sender, received) = mpsc::channel();
    let server = thread::spawn(move || serve(&listener, &sender));
    let client = Client::new(format!("http://{address}")).expect("an address");
    let region = Region::new(ALLOCATOR);
    let mut messages: Streaming<String> =
        client.server_streaming(WATCH, Context::new(), String::new()).await.expect("a stream");
    tokio::task::spawn_blocking(move || received.recv()).await.expect("no panic").expect("a server");
    let stats = region.change();
    let bytes = stats.bytes_allocated.saturating_sub(stats.bytes_deallocated);
    assert!(bytes <= 6 * WINDOW, "{bytes} bytes for {MESSAGES} messages in {WINDOW} bytes");
    for _ in 0..MESSAGES {
        assert_eq!(messages.message().await.expect("a message").as_deref(), Some("x"));
    }
    drop((messages, client));
    let ended = tokio::task::spawn_blocking(|| server.join());
    ended.await.expect("no panic").expect("no panic").expect("a connection");
}
