//! Connects over TCP or a Unix socket, with or without TLS.

use std::{path::PathBuf, time::Duration};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tower::ServiceExt;

use super::address::ServerAddress;
#[cfg(feature = "tls")]
use crate::client::tls::{ClientTls, server_name};
use crate::{Result, error::BoxError, net::NetStream};

/// The idle time before a TCP keepalive probe, the interval of further probes, and how many may stay unanswered.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

/// The longest time that sent data may stay unacknowledged (`TCP_USER_TIMEOUT`), the default of gRPC's other clients.
#[cfg(any(target_os = "android", target_os = "linux"))]
const USER_TIMEOUT: Duration = Duration::from_secs(20);

/// Connects to one address.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    tcp: HttpConnector,
    /// The host and port.
    uri: Uri,
    socket: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: Option<(ClientTls, rustls::pki_types::ServerName<'static>)>,
}

impl Connector {
    /// Creates a connector for an address. Fails if its host and port are unusable.
    pub(crate) fn new(address: &ServerAddress) -> Result<Self> {
        let mut tcp = HttpConnector::new();
        // Small messages must not be delayed.
        tcp.set_nodelay(true);
        detect_silence(&mut tcp);
        Ok(Self {
            tcp,
            uri: address.uri()?,
            socket: address.socket.clone(),
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    /// Uses TLS with the server of this origin. Fails if the certificates cannot be used.
    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(mut self, tls: ClientTls, origin: &super::address::ServerOrigin) -> Result<Self> {
        tls.reload()?;
        self.tls = Some((tls, server_name(&origin.authority)?));
        Ok(self)
    }

    /// Opens a connection.
    pub(super) async fn connect(self) -> Result<NetStream, BoxError> {
        let stream = match self.socket {
            Some(path) => connect_unix(path).await?,
            None => NetStream::Tcp(self.tcp.oneshot(self.uri).await?.into_inner()),
        };
        #[cfg(feature = "tls")]
        let stream = match self.tls {
            Some((tls, server)) => tls.connect(stream, server).await?,
            None => stream,
        };
        Ok(stream)
    }
}

/// Lets the kernel close connections whose packets are dropped silently: idle ones after a few unanswered probes, others
/// when data stays unacknowledged. Servers do not notice either.
fn detect_silence(tcp: &mut HttpConnector) {
    tcp.set_keepalive(Some(KEEPALIVE_IDLE));
    tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
    #[cfg(any(target_os = "android", target_os = "linux"))]
    tcp.set_tcp_user_timeout(Some(USER_TIMEOUT));
}

#[cfg(unix)]
async fn connect_unix(path: PathBuf) -> Result<NetStream, BoxError> {
    Ok(NetStream::Unix(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn connect_unix(_: PathBuf) -> Result<NetStream, BoxError> {
    Err(Box::new(std::io::Error::from(std::io::ErrorKind::Unsupported)))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use socket2::SockRef;

    use super::*;

    #[tokio::test]
    async fn silence_is_detected_by_default() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let connector = Connector::new(&ServerAddress::parse(&address).expect("an address")).expect("a connector");
        let NetStream::Tcp(stream) = connector.connect().await.expect("a connection") else { panic!("TCP") };
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().expect("an option"));
        assert_eq!(socket.tcp_keepalive_time().expect("an option"), KEEPALIVE_IDLE);
        assert_eq!(socket.tcp_keepalive_interval().expect("an option"), KEEPALIVE_INTERVAL);
        assert_eq!(socket.tcp_keepalive_retries().expect("an option"), KEEPALIVE_RETRIES);
        assert_eq!(socket.tcp_user_timeout().expect("an option"), Some(USER_TIMEOUT));
    }
}
