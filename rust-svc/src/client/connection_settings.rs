//! The settings of connections, and the endpoints that they lead to.

use std::{fmt, sync::Arc, time::Duration};

#[cfg(feature = "tls")]
use super::tls::{ClientTls, server_name};
use super::transport::{
    ChannelSettings, Connector, Dialer, DnsResolver, Endpoint, EndpointAddress, EndpointListener, Fleet, FoundServer,
    ListSettings, LoadBalancing, Proxy, Resolver, ServerList, TargetAddress, Windows, invalid_address,
};
use crate::Result;

/// The limit of connecting: name lookup, TCP, TLS and HTTP/2 together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection stays open without calls, as in other implementations of gRPC.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The most connections to an endpoint whose limit of concurrent streams is reached.
const MAX_CONNECTIONS: usize = 4;

/// The flow-control windows. That of the connection is the maximum of HTTP/2: an unread stream must not stall other calls.
const WINDOWS: Windows = Windows { stream: 2 * 1024 * 1024, connection: (1 << 31) - 1 };

/// The help for an address that would be called in plaintext by accident.
const PLAINTEXT_HELP: &str = "others on the network can read and change plaintext; use https://, or call \
                              `Client::builder(..).plaintext()` where a mesh encrypts";

/// The settings of a client's connections.
#[derive(Clone)]
pub(super) struct ConnectionSettings {
    pub(super) replicas: Vec<String>,
    pub(super) authority: Option<String>,
    pub(super) plaintext: bool,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<ClientTls>,
    pub(super) channels: ChannelSettings,
    pub(super) policy: LoadBalancing,
    pub(super) subset: Option<(usize, u64)>,
    pub(super) resolver: Option<Arc<dyn Resolver>>,
    pub(super) connector: Option<Arc<dyn Connector>>,
    pub(super) proxy: Result<Option<Proxy>>,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            replicas: Vec::new(),
            authority: None,
            plaintext: false,
            #[cfg(feature = "tls")]
            tls: None,
            channels: ChannelSettings {
                connect_timeout: CONNECT_TIMEOUT,
                keep_alive: None,
                idle_timeout: IDLE_TIMEOUT,
                max_connections: MAX_CONNECTIONS,
                windows: WINDOWS,
            },
            policy: LoadBalancing::default(),
            subset: None,
            resolver: None,
            connector: None,
            proxy: Ok(None),
        }
    }
}

impl ConnectionSettings {
    /// Returns whether calls may go to different endpoints.
    pub(super) fn has_several(&self, target: &str) -> Result<bool> {
        let is_list = match TargetAddress::parse(target)?.servers {
            ServerList::Static(servers) => servers.len() > 1,
            ServerList::Dns(..) => true,
        };
        let has_several = is_list || self.resolver.is_some() || !self.replicas.is_empty();
        Ok(has_several && self.policy != LoadBalancing::PickFirst)
    }

    /// Returns the endpoints of a target and its replicas. They are not connected yet.
    pub(super) fn fleet(
        &self,
        target: &str,
        listener: Option<Arc<impl EndpointListener + 'static>>,
    ) -> Result<Arc<Fleet>> {
        let list = ListSettings {
            policy: self.policy.clone(),
            subset: self.subset,
            dialer: self.dialer()?,
            channels: Arc::new(self.channels.clone()),
            listener: listener.map(|listener| listener as Arc<dyn EndpointListener>),
        };
        let address = self.parse(target)?;
        if let Some(resolver) = &self.resolver {
            return Ok(Fleet::resolved(resolver.clone(), self.locator(target, address), list));
        }
        match &address.servers {
            ServerList::Dns(..) if !self.replicas.is_empty() => {
                Err(invalid_address(target, "it has all addresses of a name, so leave out the replicas"))
            }
            ServerList::Dns(host, port) => {
                let resolver = Arc::new(DnsResolver::new(host.clone(), *port));
                Ok(Fleet::resolved(resolver, self.locator(target, address), list))
            }
            ServerList::Static(servers) => {
                let mut found = self.locate_all(&address, servers)?;
                for replica in &self.replicas {
                    found.extend(self.replica_servers(replica)?);
                }
                Ok(Fleet::of(found, list))
            }
        }
    }

    fn replica_servers(&self, text: &str) -> Result<Vec<FoundServer>> {
        let address = self.parse(text)?;
        match &address.servers {
            ServerList::Static(servers) => self.locate_all(&address, servers),
            ServerList::Dns(..) => Err(invalid_address(text, "a replica is one server; write http://HOST:PORT")),
        }
    }

    fn locate_all(&self, target: &TargetAddress, servers: &[EndpointAddress]) -> Result<Vec<FoundServer>> {
        servers.iter().map(|server| self.locate(target, server.clone(), 1)).collect()
    }

    /// Returns the function that finds the address and origin of an endpoint of a resolver.
    fn locator(
        &self,
        text: &str,
        target: TargetAddress,
    ) -> impl Fn(Endpoint) -> Result<FoundServer> + Send + Sync + 'static {
        let (settings, text) = (self.clone(), text.to_owned());
        move |endpoint| {
            let address = EndpointAddress::parse(endpoint.address());
            // A name that only this machine has may lead to other machines.
            if target.is_local() && !settings.plaintext && !settings.is_secure(&target) && !address.is_local() {
                return Err(invalid_address(&text, PLAINTEXT_HELP));
            }
            settings.locate(&target, address, endpoint.share())
        }
    }

    fn locate(&self, target: &TargetAddress, address: EndpointAddress, weight: u32) -> Result<FoundServer> {
        let origin = target.origin(self.is_secure(target), self.authority.as_deref(), &address)?;
        #[cfg(feature = "tls")]
        if origin.is_secure() {
            server_name(&origin.authority)?;
        }
        Ok(FoundServer { address, origin, weight })
    }

    fn dialer(&self) -> Result<Dialer> {
        #[cfg(feature = "tls")]
        let tls = self.tls.clone().unwrap_or_else(ClientTls::system);
        Ok(Dialer {
            connector: self.connector.clone(),
            proxy: self.proxy.clone()?.map(Arc::new),
            #[cfg(feature = "tls")]
            tls: Some(tls),
        })
    }

    fn parse(&self, text: &str) -> Result<TargetAddress> {
        let address = TargetAddress::parse(text)?;
        let is_secure = self.is_secure(&address);
        if !is_secure && !address.is_local() && !self.plaintext && self.connector.is_none() {
            return Err(invalid_address(text, PLAINTEXT_HELP));
        }
        self.check_tls(text, is_secure)?;
        Ok(address)
    }

    #[cfg(feature = "tls")]
    fn check_tls(&self, text: &str, is_secure: bool) -> Result<()> {
        match &self.tls {
            Some(_) if !is_secure => Err(invalid_address(text, "write https:// to use TLS")),
            None if !is_secure => Ok(()),
            tls => tls.clone().unwrap_or_else(ClientTls::system).reload().map(|_| ()),
        }
    }

    #[cfg(not(feature = "tls"))]
    fn check_tls(&self, text: &str, is_secure: bool) -> Result<()> {
        if is_secure { Err(invalid_address(text, "enable the feature `tls` of rust-svc")) } else { Ok(()) }
    }

    fn is_secure(&self, target: &TargetAddress) -> bool {
        #[cfg(feature = "tls")]
        let has_tls = self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        let has_tls = false;
        target.is_secure(has_tls, self.plaintext)
    }
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSettings")
            .field("replicas", &self.replicas)
            .field("authority", &self.authority)
            .field("plaintext", &self.plaintext)
            .field("channels", &self.channels)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
