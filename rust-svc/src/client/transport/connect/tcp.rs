//! Connects over TCP and Unix sockets.

use std::{io, net::SocketAddr, path::Path, time::Duration};

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

use crate::net::NetStream;

/// The idle time before a TCP keepalive probe, the interval of further probes, and how many may stay unanswered.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
#[cfg(not(windows))]
const KEEPALIVE_RETRIES: u32 = 3;

/// The longest time that sent data may stay unacknowledged (`TCP_USER_TIMEOUT`), the default of gRPC's other clients.
#[cfg(any(target_os = "android", target_os = "linux"))]
const USER_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) async fn connect_tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Small messages must not be delayed.
    stream.set_nodelay(true)?;
    if let Err(error) = detect_silence(&stream) {
        tracing::debug!(%error, "cannot set options of the socket");
    }
    Ok(stream)
}

/// Lets the kernel close connections whose packets are dropped silently: idle ones after a few unanswered probes, others
/// when data stays unacknowledged. Servers do not notice either.
fn detect_silence(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL);
    #[cfg(not(windows))]
    let keepalive = keepalive.with_retries(KEEPALIVE_RETRIES);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(any(target_os = "android", target_os = "linux"))]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    Ok(())
}

#[cfg(unix)]
pub(super) async fn connect_unix(path: &Path) -> io::Result<NetStream> {
    Ok(NetStream::Unix(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
pub(super) async fn connect_unix(_: &Path) -> io::Result<NetStream> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
pub(super) fn connect_abstract(name: &str) -> io::Result<NetStream> {
    use std::os::{linux::net::SocketAddrExt, unix::net};

    let address = net::SocketAddr::from_abstract_name(name)?;
    let stream = net::UnixStream::connect_addr(&address)?;
    stream.set_nonblocking(true)?;
    Ok(NetStream::Unix(tokio::net::UnixStream::from_std(stream)?))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn connect_abstract(_: &str) -> io::Result<NetStream> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn silence_is_detected_by_default() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stream = connect_tcp(listener.local_addr().expect("an address")).await.expect("a connection");
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().expect("an option"));
        assert_eq!(socket.tcp_keepalive_time().expect("an option"), KEEPALIVE_IDLE);
        assert_eq!(socket.tcp_keepalive_interval().expect("an option"), KEEPALIVE_INTERVAL);
        assert_eq!(socket.tcp_keepalive_retries().expect("an option"), KEEPALIVE_RETRIES);
        assert_eq!(socket.tcp_user_timeout().expect("an option"), Some(USER_TIMEOUT));
    }
}
