//! Hostile peers, which write raw bytes.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::counts::{Counts, count};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Settings that let the server send no data: an initial window of zero.
const SHUT: &[u8] = &[0, 4, 0, 0, 0, 0];

/// The duration of a connection.
const STAY: Duration = Duration::from_secs(2);

/// Makes one harmful connection after the other until it is dropped.
pub(crate) async fn run_hostile_peers(address: SocketAddr, counts: Arc<Counts>) {
    loop {
        // The server may respond in any way, as long as it serves others.
        let _ = timeout(STAY, harm(address)).await;
        count(&counts.harmful);
    }
}

async fn harm(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    match fastrand::u8(..14) {
        0 => sleep(Duration::from_millis(fastrand::u64(..50))).await,
        1 => stream.write_all(&garbage()).await?,
        2 => stream.write_all(&PREFACE[..fastrand::usize(..PREFACE.len())]).await?,
        3 => stream.write_all(b"POST /soak.v1.Soak/Unary HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\na").await?,
        4 => stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a").await?,
        5 => return abandon(stream, "hang").await,
        6 => return abandon(stream, "sleep").await,
        7 => return shut(stream).await,
        8 => return rapid_reset(stream).await,
        9 => return flood(stream, &frame(PING, 0, 0, &[0; 8])).await,
        10 => return flood(stream, &frame(SETTINGS, 0, 0, b"")).await,
        11 => return endless_headers(stream).await,
        12 => return malformed(stream).await,
        _ => return cut_off(stream).await,
    }
    rest(stream).await
}

fn garbage() -> Vec<u8> {
    std::iter::repeat_with(|| fastrand::u8(..)).take(fastrand::usize(1..4000)).collect()
}

async fn begin(stream: &mut TcpStream, settings: &[u8]) -> io::Result<()> {
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, settings)].concat()).await
}

/// Reads until the server closes the connection.
async fn rest(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    while stream.read(&mut bytes).await? > 0 {}
    Ok(())
}

/// Makes calls and drops the connection.
async fn abandon(mut stream: TcpStream, request: &str) -> io::Result<()> {
    begin(&mut stream, b"").await?;
    for number in 0..fastrand::u32(1..5) {
        stream.write_all(&call("Unary", number * 2 + 1, request)).await?;
    }
    sleep(Duration::from_millis(fastrand::u64(..30))).await;
    Ok(())
}

/// Calls an endless stream, and lets the server send none of it.
async fn shut(mut stream: TcpStream) -> io::Result<()> {
    begin(&mut stream, SHUT).await?;
    for number in 0..3 {
        stream.write_all(&call("Download", number * 2 + 1, "endless")).await?;
    }
    rest(stream).await
}

async fn rapid_reset(mut stream: TcpStream) -> io::Result<()> {
    begin(&mut stream, b"").await?;
    for number in 0..fastrand::u32(1..500) {
        let stream_id = number * 2 + 1;
        let reset = frame(RST_STREAM, 0, stream_id, &[0, 0, 0, 8]);
        stream.write_all(&[call("Unary", stream_id, "hang"), reset].concat()).await?;
    }
    rest(stream).await
}

async fn flood(mut stream: TcpStream, frame: &[u8]) -> io::Result<()> {
    begin(&mut stream, b"").await?;
    stream.write_all(&frame.repeat(fastrand::usize(1..5000))).await?;
    rest(stream).await
}

async fn endless_headers(mut stream: TcpStream) -> io::Result<()> {
    begin(&mut stream, b"").await?;
    stream.write_all(&frame(HEADERS, 0, 1, &headers("Unary"))).await?;
    stream.write_all(&frame(CONTINUATION, 0, 1, &literal("x-more", "1")).repeat(5000)).await?;
    rest(stream).await
}

/// Sends malformed messages in well-formed calls.
async fn malformed(mut stream: TcpStream) -> io::Result<()> {
    begin(&mut stream, b"").await?;
    for (number, body) in
        [&b"\xff\xff\xff\xff\xff"[..], b"\x07\0\0\0\0", b"\0\0\0\0\x02\xff\xff", b"\0\0\0"].iter().enumerate()
    {
        let stream_id = number as u32 * 2 + 1;
        let open = frame(HEADERS, END_HEADERS, stream_id, &headers("Upload"));
        stream.write_all(&[open, frame(DATA, END_STREAM, stream_id, body)].concat()).await?;
    }
    stream.write_all(&frame(WINDOW_UPDATE, 0, 0, &[0; 4])).await?;
    rest(stream).await
}

/// Sends a part of a call.
async fn cut_off(mut stream: TcpStream) -> io::Result<()> {
    begin(&mut stream, b"").await?;
    let call = call("Unary", 1, "sleep");
    stream.write_all(&call[..fastrand::usize(..call.len())]).await?;
    stream.shutdown().await?;
    rest(stream).await
}

/// A call with one message.
fn call(method: &str, stream: u32, request: &str) -> Vec<u8> {
    let length = u8::try_from(request.len()).expect("a short text");
    let message = [&[0, 0, 0, 0, length + 2, 0x0a, length], request.as_bytes()].concat();
    [frame(HEADERS, END_HEADERS, stream, &headers(method)), frame(DATA, END_STREAM, stream, &message)].concat()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length");
    [&length.to_be_bytes()[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn headers(method: &str) -> Vec<u8> {
    let path = format!("/soak.v1.Soak/{method}");
    let fields = [(":method", "POST"), (":scheme", "http"), (":path", &path), ("content-type", "application/grpc")];
    fields.iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// Encodes a header in HPACK (RFC 7541) as a literal without indexing.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("a short text")], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}
