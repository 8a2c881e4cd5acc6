//! The sockets of a server.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    net::{TcpListener, lookup_host},
    sync::watch,
};

use super::{
    super::dispatch::RequestDispatcher,
    address::{Address, Listen},
    custom_connections::CustomConnections,
    peer::RemotePeer,
};
use crate::{Error, Result, call::shutdown::DrainSignal, net::NetStream};

/// A bound address, with the dispatcher of its requests.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: ListenSocket,
    pub(crate) address: Address,
    pub(crate) dispatcher: Arc<RequestDispatcher>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<super::tls::ServerTls>,
}

#[derive(Debug)]
enum ListenSocket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, #[expect(dead_code, reason = "held for its drop")] super::unix::SocketFile),
    Custom(CustomConnections),
}

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct AcceptedStream {
    pub(crate) stream: NetStream,
    pub(crate) remote: RemotePeer,
}

impl Listener {
    /// Binds an address. Fails with a readable message if it is not available, or if certificates are invalid.
    pub(crate) async fn bind(listen: &Listen, dispatcher: RequestDispatcher) -> Result<Self> {
        #[cfg(feature = "tls")]
        listen.tls.as_ref().map(super::tls::ServerTls::reload).transpose()?;
        let (socket, address) = match listen.address.strip_prefix("unix:") {
            Some(path) => unix(listen, path).await?,
            None => tcp(listen).await?,
        };
        Ok(Self {
            socket,
            address,
            dispatcher: Arc::new(dispatcher),
            #[cfg(feature = "tls")]
            tls: listen.tls.clone(),
        })
    }

    /// Serves connections that the program accepts itself.
    pub(crate) fn custom(connections: CustomConnections, dispatcher: RequestDispatcher) -> Self {
        Self {
            socket: ListenSocket::Custom(connections),
            address: Address::Custom,
            dispatcher: Arc::new(dispatcher),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Reloads certificates when they change.
    pub(crate) fn reload_certificates(&self) -> impl Future<Output = ()> + use<> {
        #[cfg(feature = "tls")]
        let tls = self.tls.clone();
        async move {
            #[cfg(feature = "tls")]
            if let Some(tls) = tls {
                tls.reload_on_change().await;
            }
        }
    }

    /// Accepts a connection, whose calls watch `draining`.
    pub(crate) fn poll_accept(
        &self,
        cx: &mut Context<'_>,
        draining: &watch::Sender<bool>,
    ) -> Poll<io::Result<AcceptedStream>> {
        let draining = || DrainSignal::new(draining.subscribe());
        let accepted = match &self.socket {
            ListenSocket::Tcp(listener) => {
                let (stream, address) = ready!(listener.poll_accept(cx))?;
                // Small messages must not wait for more. This fails only if the connection is already closed.
                let _ = stream.set_nodelay(true);
                let remote = RemotePeer { peer: address.into(), address: Some(address), draining: draining() };
                AcceptedStream { stream: NetStream::Tcp(stream), remote }
            }
            #[cfg(unix)]
            ListenSocket::Unix(listener, _) => {
                let (stream, _) = ready!(listener.poll_accept(cx))?;
                let remote = RemotePeer { peer: self.address.to_string().into(), address: None, draining: draining() };
                AcceptedStream { stream: NetStream::Unix(stream), remote }
            }
            ListenSocket::Custom(connections) => {
                let (stream, peer) = ready!(connections.poll_accept(cx))?;
                AcceptedStream { stream, remote: RemotePeer { peer, address: None, draining: draining() } }
            }
        };
        Poll::Ready(Ok(accepted))
    }
}

async fn tcp(listen: &Listen) -> Result<(ListenSocket, Address)> {
    let failed = |error| cannot_listen(&listen.address, error);
    let addresses: Vec<_> = lookup_host(&listen.address).await.map_err(failed)?.collect();
    let is_open = |address: &SocketAddr| !address.ip().to_canonical().is_loopback();
    if !listen.may_be_exposed() && addresses.iter().any(is_open) {
        return Err(plaintext_refused(&listen.address));
    }
    let listener = TcpListener::bind(&addresses[..]).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((ListenSocket::Tcp(listener), Address::Tcp(address)))
}

#[cfg(unix)]
async fn unix(listen: &Listen, path: &str) -> Result<(ListenSocket, Address)> {
    let path = std::path::PathBuf::from(path);
    let bound = super::unix::SocketFile::bind(&path, listen.socket_mode).await;
    let (listener, file) = bound.map_err(|error| cannot_listen(&listen.address, error))?;
    Ok((ListenSocket::Unix(listener, file), Address::Unix(path)))
}

#[cfg(not(unix))]
async fn unix(listen: &Listen, _: &str) -> Result<(ListenSocket, Address)> {
    Err(cannot_listen(&listen.address, io::ErrorKind::Unsupported.into()))
}

fn plaintext_refused(address: &str) -> Error {
    Error::invalid_argument(format!(
        "plaintext on {address} could be read and changed by anyone on the network path: set certificates with \
         `Listen::at(..).tls(..)`, allow plaintext with `Listen::at(..).plaintext()` behind a proxy or a mesh that \
         encrypts, or listen on 127.0.0.1"
    ))
}

fn cannot_listen(address: &str, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse if address.starts_with("unix:") => "another process listens there: stop it first",
        io::ErrorKind::AddrInUse => "another process listens there: stop it or choose another port",
        io::ErrorKind::AlreadyExists => "a file that is not a socket exists there: move it or choose another path",
        io::ErrorKind::NotFound if address.starts_with("unix:") => "its directory does not exist",
        io::ErrorKind::PermissionDenied if address.starts_with("unix:") => "its directory is not writable",
        io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege: choose another port",
        io::ErrorKind::AddrNotAvailable => "no network interface of this machine has this address",
        io::ErrorKind::Unsupported => "this system has no Unix sockets",
        _ if address.starts_with("unix:") => "the address is unix:PATH, with a path of at most 90 bytes",
        _ => "the address is HOST:PORT, such as 127.0.0.1:50051",
    };
    Error::unavailable(format!("cannot listen on {address}: {error}: {hint}")).with_source(error)
}
