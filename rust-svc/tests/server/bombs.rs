//! Compressed and nested messages that expand.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::{
    echo::{CHAT, DOWNLOAD, UNARY, UPLOAD},
    raw::{self, exchange, framed},
    support::start,
};

/// The size of a bomb when decompressed, and the most memory that it may use.
const HELD: usize = 512 << 20;
const KEPT: usize = 256 << 20;

/// Returns zeros in gzip.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..HELD / zeros.len() {
        encoder.write_all(&zeros).expect("memory takes it");
    }
    encoder.finish().expect("memory takes it")
}

/// Returns the peak memory of this process, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status of this process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    peak.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_message_that_expands_beyond_the_limit_is_refused() {
    let server = start().await;
    let message = framed(1, &bomb());
    let mut healthy = server.client().await;
    for method in [UNARY, DOWNLOAD, UPLOAD, CHAT] {
        let request = raw::request(method.path).header("grpc-encoding", "gzip");
        let answer = exchange(server.address, request, message.clone()).await;
        assert_eq!(answer.grpc(), ("8", "a request message is larger than the limit of 4194304 bytes"));
        assert_eq!(healthy.one("meanwhile").await.expect("an answer"), "meanwhile");
    }
    assert!(peak() < KEPT, "{} bytes", peak());
}

#[tokio::test]
async fn gzip_within_gzip_is_decompressed_once() {
    let server = start().await;
    let pack = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    };
    let request = raw::request(UNARY.path).header("grpc-encoding", "gzip");
    assert_eq!(exchange(server.address, request, framed(1, &pack(&pack(b"a")))).await.grpc().0, "13");
}

#[tokio::test]
async fn malformed_gzip_is_refused() {
    let server = start().await;
    for (encoding, flag, bytes, status) in [
        ("gzip", 1, &b"no gzip"[..], "13"),
        ("gzip", 1, b"", "13"),
        ("gzip", 2, b"a", "13"),
        ("identity", 1, b"a", "13"),
        ("br", 1, b"a", "12"),
        ("br", 0, b"", "12"),
        ("gzip, gzip", 1, b"a", "12"),
        ("", 1, b"a", "12"),
    ] {
        let request = raw::request(UNARY.path).header("grpc-encoding", encoding);
        let answer = exchange(server.address, request, framed(flag, bytes)).await;
        assert_eq!(answer.grpc().0, status, "{encoding} {flag}");
        assert_eq!(answer.headers.contains_key("grpc-accept-encoding"), status == "12", "{encoding} {flag}");
        assert!(!answer.grpc().1.contains("::"), "{}", answer.grpc().1);
    }
}

/// Nested groups, which no message of the service has.
#[tokio::test]
async fn deeply_nested_messages_are_refused() {
    let server = start().await;
    for depth in [200, 1_000_000] {
        let answer = exchange(server.address, raw::request(UNARY.path), framed(0, &vec![0x13; depth])).await;
        let malformed = "a request message is not in protobuf encoding, or is of another type";
        assert_eq!(answer.grpc(), ("13", malformed), "{depth}");
    }
}
