//! The address of one server.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// The authority of a server on a Unix socket, as in other implementations of gRPC.
const LOCAL: &str = "localhost";

/// The address of one server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EndpointAddress {
    /// An address of IP.
    Socket(SocketAddr),
    /// A name and port, looked up for each connection.
    Host(String, u16),
    /// The path of a Unix socket.
    Unix(PathBuf),
    /// The name of a Unix socket without a path (Linux).
    Abstract(String),
    /// An address that only a connector of the user understands.
    Other(String),
}

impl EndpointAddress {
    /// Parses `HOST:PORT`, `unix:PATH` or `unix-abstract:NAME`.
    pub(crate) fn parse(text: &str) -> Self {
        if let Some(name) = text.strip_prefix("unix-abstract:").filter(|name| !name.is_empty()) {
            return Self::Abstract(name.to_owned());
        }
        if let Some(path) = text.strip_prefix("unix:").map(unix_path).filter(|path| !path.is_empty()) {
            return Self::Unix(path.into());
        }
        if let Ok(address) = text.parse() {
            return Self::Socket(address);
        }
        let host = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        match host {
            Some((host, port)) if is_host(host) => Self::Host(host.to_owned(), port),
            _ => Self::Other(text.to_owned()),
        }
    }

    /// Creates the address of a host that may be an address of IP, in brackets or not.
    pub(super) fn host(host: &str, port: u16) -> Self {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<IpAddr>().map_or_else(|_| Self::Host(host.to_owned(), port), |ip| Self::Socket((ip, port).into()))
    }

    /// Returns the authority of requests to this server.
    pub(crate) fn authority(&self) -> String {
        match self {
            Self::Unix(_) | Self::Abstract(_) | Self::Other(_) => LOCAL.to_owned(),
            Self::Socket(_) | Self::Host(..) => self.to_string(),
        }
    }

    /// Returns whether the server is on this machine. RFC 6761 reserves `localhost` and its subdomains.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) | Self::Abstract(_) => true,
            Self::Socket(address) => address.ip().to_canonical().is_loopback(),
            Self::Host(host, _) => host.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(LOCAL)),
            Self::Other(_) => false,
        }
    }
}

impl fmt::Display for EndpointAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(address) => write!(f, "{address}"),
            Self::Host(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Abstract(name) => write!(f, "unix-abstract:{name}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// Returns the path of `unix:PATH` or `unix:///PATH`.
pub(super) fn unix_path(rest: &str) -> &str {
    rest.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(rest)
}

/// Returns whether a text can be the host of an authority.
pub(super) fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_and_displayed() {
        for (text, expected, is_local) in [
            ("10.0.0.7:50051", EndpointAddress::Socket(([10, 0, 0, 7], 50051).into()), false),
            ("127.9.9.9:1", EndpointAddress::Socket(([127, 9, 9, 9], 1).into()), true),
            ("[::1]:80", EndpointAddress::Socket("[::1]:80".parse().expect("an address")), true),
            ("[::ffff:127.0.0.1]:80", EndpointAddress::Socket("[::ffff:127.0.0.1]:80".parse().expect("one")), true),
            ("shop.example.com:443", EndpointAddress::Host("shop.example.com".into(), 443), false),
            ("a.LOCALHOST:1", EndpointAddress::Host("a.LOCALHOST".into(), 1), true),
            ("localhost.example:1", EndpointAddress::Host("localhost.example".into(), 1), false),
            ("unix:/run/shop.sock", EndpointAddress::Unix("/run/shop.sock".into()), true),
            ("unix-abstract:shop", EndpointAddress::Abstract("shop".into()), true),
            ("vsock:3:50051", EndpointAddress::Other("vsock:3:50051".into()), false),
            ("shop", EndpointAddress::Other("shop".into()), false),
            ("shop:70000", EndpointAddress::Other("shop:70000".into()), false),
            ("unix:", EndpointAddress::Other("unix:".into()), false),
        ] {
            let address = EndpointAddress::parse(text);
            assert_eq!((&address, address.is_local()), (&expected, is_local), "{text}");
            assert_eq!(address.to_string(), text);
        }
        assert_eq!(EndpointAddress::parse("unix:///run/a"), EndpointAddress::Unix("/run/a".into()));
    }
}
