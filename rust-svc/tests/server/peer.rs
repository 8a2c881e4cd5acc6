//! A caller of raw HTTP/2 frames, including invalid ones.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
};

use crate::support::soon;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The types of frames (RFC 9113, section 6).
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
/// The flag of acknowledged settings.
pub(crate) const ACK: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// The settings that are used here.
pub(crate) const INITIAL_WINDOW_SIZE: u16 = 4;

/// Error codes (RFC 9113, section 7).
pub(crate) const PROTOCOL_ERROR: u32 = 1;
pub(crate) const FLOW_CONTROL_ERROR: u32 = 3;
pub(crate) const FRAME_SIZE_ERROR: u32 = 6;
pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const CANCEL: u32 = 8;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

/// A frame of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    /// The error code of RST_STREAM or GOAWAY.
    pub(crate) fn reason(&self) -> u32 {
        let start = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[start..start + 4].try_into().expect("four bytes"))
    }
}

/// A connection whose frames are read in the background.
pub(crate) struct Peer {
    writer: OwnedWriteHalf,
    frames: mpsc::UnboundedReceiver<Frame>,
    /// The error code of GOAWAY, once it was received.
    reason: Option<u32>,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::connect_with(address, &[]).await
    }

    pub(crate) async fn connect_with(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let (reader, writer) = TcpStream::connect(address).await.expect("a connection").into_split();
        let (sender, frames) = mpsc::unbounded_channel();
        tokio::spawn(read(reader, sender));
        let mut peer = Self { writer, frames, reason: None };
        let entry = |(id, value): &(u16, u32)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat();
        let settings: Vec<u8> = settings.iter().flat_map(entry).collect();
        peer.send(PREFACE).await;
        peer.send(&frame(SETTINGS, 0, 0, &settings)).await;
        peer
    }

    /// Sends bytes. Returns false if the connection is closed.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> bool {
        soon(self.writer.write_all(bytes)).await.is_ok()
    }

    /// Sends the same bytes repeatedly until the connection is closed.
    pub(crate) async fn flood(&mut self, bytes: &[u8]) {
        soon(async { while self.writer.write_all(bytes).await.is_ok() {} }).await;
    }

    /// Closes the sending side.
    pub(crate) async fn finish(&mut self) {
        // The server may have ended the connection before.
        let _ = self.writer.shutdown().await;
    }

    /// Waits for the next frame of a type and stream. Returns `None` if the connection ends first.
    pub(crate) async fn next(&mut self, kind: u8, stream: u32) -> Option<Frame> {
        loop {
            let frame = self.any().await?;
            if (frame.kind, frame.stream) == (kind, stream) {
                return Some(frame);
            }
        }
    }

    /// Waits for the error code that ends a stream or the connection. Returns `None` for a response.
    pub(crate) async fn refusal(&mut self, stream: u32) -> Option<u32> {
        loop {
            let frame = self.any().await?;
            match frame.kind {
                GOAWAY => return Some(frame.reason()),
                RST_STREAM if frame.stream == stream => return Some(frame.reason()),
                HEADERS if frame.stream == stream => return None,
                _ => (),
            }
        }
    }

    /// Waits for the end of the connection, and returns the error code of GOAWAY.
    pub(crate) async fn goaway_reason(&mut self) -> Option<u32> {
        while self.any().await.is_some() {}
        self.reason
    }

    async fn any(&mut self) -> Option<Frame> {
        let frame = soon(self.frames.recv()).await?;
        self.reason = if frame.kind == GOAWAY { Some(frame.reason()) } else { self.reason };
        Some(frame)
    }
}

/// Reads frames until the connection ends.
async fn read(mut reader: OwnedReadHalf, frames: mpsc::UnboundedSender<Frame>) {
    let mut head = [0; 9];
    while reader.read_exact(&mut head).await.is_ok() {
        let [high, middle, low, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, high, middle, low]) as usize];
        if reader.read_exact(&mut payload).await.is_err() {
            return;
        }
        let frame = Frame { kind, flags, stream: u32::from_be_bytes(stream), payload };
        if frames.send(frame).is_err() {
            return;
        }
    }
}

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length");
    [&length.to_be_bytes()[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Encodes headers in HPACK (RFC 7541) as literals without indexing.
pub(crate) fn headers(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("a short text")], text.as_bytes()].concat();
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// Returns the headers of a call.
pub(crate) fn call(path: &str) -> Vec<u8> {
    headers(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "test"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ])
}
