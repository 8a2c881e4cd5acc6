//! The addresses of servers.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use http::{
    Uri,
    uri::{Authority, Scheme},
};

use crate::{Error, Result};

/// The forms of an address.
const FORMS: &str = "write http://HOST:PORT, https://HOST:PORT or unix:PATH";

/// The authority of a server on a Unix socket, as in other implementations of gRPC.
const LOCAL: &str = "localhost";

/// The address of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerAddress {
    /// Host and port.
    pub(super) authority: Authority,
    /// Whether the connection is encrypted.
    pub(crate) secure: bool,
    /// The path of a Unix socket.
    pub(super) socket: Option<PathBuf>,
}

/// The scheme and authority that a request carries.
#[derive(Clone, Debug)]
pub(crate) struct ServerOrigin {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
}

impl ServerAddress {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match text.strip_prefix("unix:") {
            Some(path) if cfg!(unix) && !path.is_empty() => Ok(Self::socket(Path::new(path))),
            Some(_) => Err(invalid_address(text, FORMS)),
            None => Self::host(text),
        }
    }

    /// Returns whether others on the network could read what is sent.
    pub(crate) fn is_exposed(&self) -> bool {
        !self.secure && self.socket.is_none() && !is_loopback(self.authority.host())
    }

    /// Returns the URI for the TCP connector, which knows nothing of TLS.
    pub(super) fn uri(&self) -> Result<Uri> {
        let uri = Uri::builder().scheme(Scheme::HTTP).authority(self.authority.clone()).path_and_query("/").build();
        uri.map_err(Error::internal)
    }

    /// Returns the origin, with another authority if one is given.
    pub(crate) fn origin(&self, authority: Option<&str>) -> Result<ServerOrigin> {
        let scheme = if self.secure { Scheme::HTTPS } else { Scheme::HTTP };
        let wrong =
            |text: &str| Error::invalid_argument(format!("`{text}` is not an authority: write HOST or HOST:PORT"));
        let authority = authority.map(|text| text.parse().map_err(|_| wrong(text))).transpose()?;
        Ok(ServerOrigin { scheme, authority: authority.unwrap_or_else(|| self.authority.clone()) })
    }

    fn socket(path: &Path) -> Self {
        Self { authority: Authority::from_static(LOCAL), secure: false, socket: Some(path.to_owned()) }
    }

    fn host(text: &str) -> Result<Self> {
        let address: Uri = text.parse().map_err(|_| invalid_address(text, FORMS))?;
        let secure = match address.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(invalid_address(text, FORMS)),
        };
        let authority = address.authority().filter(|authority| is_complete(authority));
        let authority = authority.cloned().ok_or_else(|| invalid_address(text, FORMS))?;
        if address.path() != "/" || address.query().is_some() {
            return Err(invalid_address(text, "leave out what follows the port"));
        }
        Ok(Self { authority, secure, socket: None })
    }
}

/// Creates the error for an address that cannot be called.
pub(crate) fn invalid_address(address: &str, help: &str) -> Error {
    Error::invalid_argument(format!("invalid address `{address}`: {help}"))
}

/// Returns whether host and port are usable: HTTP allows an empty host and any digits for a port.
fn is_complete(authority: &Authority) -> bool {
    let port = authority.as_str().rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    !authority.host().is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// Returns whether a host is this machine. RFC 6761 reserves `localhost` and its subdomains.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_local = || host.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(LOCAL));
    address.map_or_else(|_| is_local(), |address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plaintext_to_other_machines_is_exposed() {
        for (address, open) in [
            ("http://localhost:1", false),
            ("http://a.LOCALHOST", false),
            ("http://127.0.0.1:50051", false),
            ("http://127.9.9.9", false),
            ("http://[::1]:50051", false),
            ("http://[::ffff:127.0.0.1]", false),
            ("unix:/run/shop.sock", false),
            ("https://inventory", false),
            ("http://inventory:50051", true),
            ("http://localhost.example", true),
            ("http://10.0.0.7", true),
            ("http://[::]:50051", true),
        ] {
            assert_eq!(ServerAddress::parse(address).expect("an address").is_exposed(), open, "{address}");
        }
    }

    #[test]
    fn origin_has_the_given_authority() {
        for (address, authority, origin) in [
            ("http://inventory:50051", None, "http://inventory:50051"),
            ("https://inventory", None, "https://inventory"),
            ("https://10.0.0.7:443", Some("inventory"), "https://inventory"),
            ("unix:/run/shop.sock", None, "http://localhost"),
            ("unix:shop.sock", Some("shop"), "http://shop"),
        ] {
            let parsed = ServerAddress::parse(address).expect("an address");
            let ServerOrigin { scheme, authority } = parsed.origin(authority).expect("an origin");
            assert_eq!(format!("{scheme}://{authority}"), origin, "{address}");
        }
    }
}
