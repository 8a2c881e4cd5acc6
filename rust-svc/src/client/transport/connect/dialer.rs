//! Opens the stream of bytes to a server.

use std::{fmt, io, sync::Arc};

use super::{
    super::{
        address::{EndpointAddress, ServerOrigin},
        resolve::lookup,
    },
    connector::Connector,
    proxy::Proxy,
    race::interleave,
    tcp::{connect_abstract, connect_tcp, connect_unix},
};
#[cfg(feature = "tls")]
use crate::client::tls::{ClientTls, server_name};
use crate::{
    error::BoxError,
    net::{CustomStream, NetStream},
};

/// Opens streams of bytes to servers, with TLS if their origin has it.
#[derive(Clone, Default)]
pub(crate) struct Dialer {
    pub(crate) connector: Option<Arc<dyn Connector>>,
    pub(crate) proxy: Option<Arc<Proxy>>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<ClientTls>,
}

/// An address to connect to.
#[derive(Clone, Debug)]
pub(crate) struct ExpandedAddress {
    pub(crate) address: EndpointAddress,
    /// The address of the endpoint, perhaps a name.
    pub(crate) source: EndpointAddress,
}

impl Dialer {
    /// Returns the addresses behind those of an endpoint, each with that of the endpoint. Names are looked up, unless a proxy or
    /// a connector does that.
    pub(crate) async fn expand(&self, addresses: &[EndpointAddress]) -> Result<Vec<ExpandedAddress>, BoxError> {
        let mut expanded = Vec::new();
        for source in addresses {
            let found = match source {
                EndpointAddress::Host(host, port) if self.connector.is_none() && self.proxy(host).is_none() => {
                    interleave(lookup(host, *port).await?)
                }
                _ => vec![source.clone()],
            };
            expanded.extend(found.into_iter().map(|address| ExpandedAddress { address, source: source.clone() }));
        }
        Ok(expanded)
    }

    /// Opens a stream to a server.
    pub(crate) async fn dial(&self, address: &EndpointAddress, origin: &ServerOrigin) -> Result<NetStream, BoxError> {
        let stream = match &self.connector {
            Some(connector) => NetStream::Custom(CustomStream(connector.connect(address.to_string()).await?)),
            None => self.dial_socket(address).await?,
        };
        self.encrypt(stream, origin).await
    }

    async fn dial_socket(&self, address: &EndpointAddress) -> Result<NetStream, BoxError> {
        Ok(match address {
            EndpointAddress::Socket(socket) => match self.proxy(&socket.ip().to_string()) {
                Some(proxy) => NetStream::Tcp(proxy.connect(&address.to_string()).await?),
                None => NetStream::Tcp(connect_tcp(*socket).await?),
            },
            EndpointAddress::Host(host, _) => match self.proxy(host) {
                Some(proxy) => NetStream::Tcp(proxy.connect(&address.to_string()).await?),
                None => return Err(io::Error::from(io::ErrorKind::NotFound).into()),
            },
            EndpointAddress::Unix(path) => connect_unix(path).await?,
            EndpointAddress::Abstract(name) => connect_abstract(name)?,
            EndpointAddress::Other(text) => {
                return Err(format!("invalid address `{text}`: write HOST:PORT or unix:PATH").into());
            }
        })
    }

    fn proxy(&self, host: &str) -> Option<&Proxy> {
        self.proxy.as_deref().filter(|proxy| proxy.applies_to(host))
    }

    #[cfg(feature = "tls")]
    async fn encrypt(&self, stream: NetStream, origin: &ServerOrigin) -> Result<NetStream, BoxError> {
        match self.tls.clone().filter(|_| origin.is_secure()) {
            Some(tls) => tls.connect(stream, server_name(&origin.authority)?).await,
            None => Ok(stream),
        }
    }

    #[cfg(not(feature = "tls"))]
    async fn encrypt(&self, stream: NetStream, _: &ServerOrigin) -> Result<NetStream, BoxError> {
        Ok(stream)
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").field("proxy", &self.proxy.is_some()).finish_non_exhaustive()
    }
}
