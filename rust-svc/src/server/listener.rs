//! What a server listens with.

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

use super::{Address, Front, Listen};
use crate::{Error, Peer, Result, call::shutdown::DrainSignal, net::Stream};

/// An address at which a server listens, and what answers there.
#[derive(Debug)]
pub(super) struct Listener {
    socket: Socket,
    pub(super) address: Address,
    pub(super) front: Arc<Front>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::ServerTls>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, #[expect(dead_code, reason = "held for its drop")] super::unix::SocketFile),
}

/// A connection that was accepted, and who is at its other end.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) stream: Stream,
    pub(super) remote: Remote,
}

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(super) struct Remote {
    pub(super) peer: Peer,
    pub(super) address: Option<SocketAddr>,
    /// Tells calls that the server stops.
    pub(super) draining: DrainSignal,
}

impl Listener {
    /// Fails with a text for people if the address cannot be had, or the certificates cannot be used.
    pub(super) async fn bind(listen: &Listen, front: Front) -> Result<Self> {
        #[cfg(feature = "tls")]
        listen.tls.as_ref().map(super::ServerTls::reload).transpose()?;
        let (socket, address) = match listen.address.strip_prefix("unix:") {
            Some(path) => unix(listen, path).await?,
            None => tcp(listen).await?,
        };
        Ok(Self {
            socket,
            address,
            front: Arc::new(front),
            #[cfg(feature = "tls")]
            tls: listen.tls.clone(),
        })
    }

    /// Reads certificates again when they change.
    pub(super) fn keep_fresh(&self) -> impl Future<Output = ()> + use<> {
        #[cfg(feature = "tls")]
        let tls = self.tls.clone();
        async move {
            #[cfg(feature = "tls")]
            if let Some(tls) = tls {
                tls.keep_fresh().await;
            }
        }
    }

    /// A connection, whose calls are told by `stopping` that the server stops.
    pub(super) fn poll_accept(
        &self,
        cx: &mut Context<'_>,
        stopping: &watch::Sender<bool>,
    ) -> Poll<io::Result<Accepted>> {
        let draining = || DrainSignal::new(stopping.subscribe());
        let accepted = match &self.socket {
            Socket::Tcp(listener) => {
                let (stream, address) = ready!(listener.poll_accept(cx))?;
                // Small messages must not wait for more. A connection that is gone already needs no such thing.
                let _ = stream.set_nodelay(true);
                let remote = Remote { peer: address.into(), address: Some(address), draining: draining() };
                Accepted { stream: Stream::Tcp(stream), remote }
            }
            #[cfg(unix)]
            Socket::Unix(listener, _) => {
                let (stream, _) = ready!(listener.poll_accept(cx))?;
                let remote = Remote { peer: self.address.to_string().into(), address: None, draining: draining() };
                Accepted { stream: Stream::Unix(stream), remote }
            }
        };
        Poll::Ready(Ok(accepted))
    }
}

async fn tcp(listen: &Listen) -> Result<(Socket, Address)> {
    let failed = |error| cannot_listen(&listen.address, error);
    let addresses: Vec<_> = lookup_host(&listen.address).await.map_err(failed)?.collect();
    let is_open = |address: &SocketAddr| !address.ip().to_canonical().is_loopback();
    if !listen.is_settled() && addresses.iter().any(is_open) {
        return Err(readable_by_others(&listen.address));
    }
    let listener = TcpListener::bind(&addresses[..]).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((Socket::Tcp(listener), Address::Tcp(address)))
}

#[cfg(unix)]
async fn unix(listen: &Listen, path: &str) -> Result<(Socket, Address)> {
    let path = std::path::PathBuf::from(path);
    let bound = super::unix::SocketFile::bind(&path, listen.socket_mode).await;
    let (listener, file) = bound.map_err(|error| cannot_listen(&listen.address, error))?;
    Ok((Socket::Unix(listener, file), Address::Unix(path)))
}

#[cfg(not(unix))]
async fn unix(listen: &Listen, _: &str) -> Result<(Socket, Address)> {
    Err(cannot_listen(&listen.address, io::ErrorKind::Unsupported.into()))
}

fn readable_by_others(address: &str) -> Error {
    Error::invalid_argument(format!(
        "will not listen on {address} in plain text, which others on the way can read and change: give it certificates \
         with `Listen::at(..).tls(..)`, say `Listen::at(..).plaintext()` where something else encrypts, such as a proxy \
         or a mesh, or listen on 127.0.0.1"
    ))
}

fn cannot_listen(address: &str, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse if address.starts_with("unix:") => "another process listens there; stop it first",
        io::ErrorKind::AddrInUse => "another process listens there; stop it or choose another port",
        io::ErrorKind::AlreadyExists => "a file that is no socket is there; move it away or choose another path",
        io::ErrorKind::NotFound if address.starts_with("unix:") => "its folder must be there",
        io::ErrorKind::PermissionDenied if address.starts_with("unix:") => "its folder must be writable",
        io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; choose another port",
        io::ErrorKind::AddrNotAvailable => "no network interface of this machine has that address",
        io::ErrorKind::Unsupported => "this system has no Unix sockets",
        _ if address.starts_with("unix:") => "the address is unix:PATH, with a path of no more than 90 bytes",
        _ => "the address is HOST:PORT, such as 127.0.0.1:50051",
    };
    Error::unavailable(format!("cannot listen on {address}: {error}: {hint}")).with_source(error)
}
