//! The target of a client, as the user writes it.

use http::Uri;

use super::{
    endpoint_address::{EndpointAddress, is_host, unix_path},
    origin::ServerOrigin,
};
use crate::{Error, Result};

/// The forms of a target.
const FORMS: &str =
    "write http://HOST:PORT, https://HOST:PORT, dns:///HOST:PORT, static:HOST:PORT,HOST:PORT or unix:PATH";

/// The port of names without one, as in other implementations of gRPC.
const DEFAULT_PORT: u16 = 443;

/// The target of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetAddress {
    pub(crate) servers: ServerList,
    /// The authority of requests; `None`: that of each server.
    authority: Option<String>,
    /// Whether connections are encrypted; `None`: the target does not say.
    secure: Option<bool>,
}

/// The servers of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerList {
    /// Known servers.
    Static(Vec<EndpointAddress>),
    /// All addresses of a name.
    Dns(String, u16),
}

impl TargetAddress {
    /// Parses a target. Fails with the forms of a target.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text.split_once(':').ok_or_else(|| invalid_address(text, FORMS))?;
        match scheme {
            "http" | "https" => Self::parse_url(text),
            "unix" if cfg!(unix) && !unix_path(rest).is_empty() => Ok(Self::unix(EndpointAddress::parse(text))),
            "unix-abstract" if cfg!(target_os = "linux") && !rest.is_empty() => {
                Ok(Self::unix(EndpointAddress::parse(text)))
            }
            "dns" => Self::parse_dns(text, rest),
            "static" | "ipv4" | "ipv6" => Self::parse_list(text, rest),
            _ => Err(invalid_address(text, FORMS)),
        }
    }

    /// Returns whether connections are encrypted. A target that does not say is encrypted if TLS is configured, or if
    /// plaintext would be exposed.
    pub(crate) fn is_secure(&self, has_tls: bool, allows_plaintext: bool) -> bool {
        self.secure.unwrap_or_else(|| has_tls || !allows_plaintext && !self.is_local())
    }

    /// Returns whether all servers are on this machine.
    pub(crate) fn is_local(&self) -> bool {
        match &self.servers {
            ServerList::Static(addresses) => addresses.iter().all(EndpointAddress::is_local),
            ServerList::Dns(host, port) => EndpointAddress::host(host, *port).is_local(),
        }
    }

    /// Returns the origin of requests to a server, with another authority if one is given.
    pub(crate) fn origin(
        &self,
        is_secure: bool,
        authority: Option<&str>,
        server: &EndpointAddress,
    ) -> Result<ServerOrigin> {
        let own = || self.authority.clone().unwrap_or_else(|| server.authority());
        ServerOrigin::new(is_secure, &authority.map_or_else(own, str::to_owned))
    }

    fn unix(address: EndpointAddress) -> Self {
        Self { servers: ServerList::Static(vec![address]), authority: None, secure: Some(false) }
    }

    fn parse_url(text: &str) -> Result<Self> {
        let url: Uri = text.parse().map_err(|_| invalid_address(text, FORMS))?;
        let is_secure = url.scheme_str() == Some("https");
        let authority = url.authority().map(|authority| authority.as_str()).unwrap_or_default();
        let default = if is_secure { DEFAULT_PORT } else { 80 };
        let (host, port) = host_and_port(authority, default).ok_or_else(|| invalid_address(text, FORMS))?;
        if url.path() != "/" || url.query().is_some() {
            return Err(invalid_address(text, "leave out what follows the port"));
        }
        let servers = ServerList::Static(vec![EndpointAddress::host(host, port)]);
        Ok(Self { servers, authority: Some(authority.to_owned()), secure: Some(is_secure) })
    }

    fn parse_dns(text: &str, rest: &str) -> Result<Self> {
        let name = match rest.strip_prefix("//") {
            None => rest,
            Some(rest) => match rest.split_once('/') {
                Some(("", name)) => name,
                _ => return Err(invalid_address(text, "name servers cannot be chosen; write dns:///HOST:PORT")),
            },
        };
        let (host, port) = host_and_port(name, DEFAULT_PORT).ok_or_else(|| invalid_address(text, FORMS))?;
        Ok(Self { servers: ServerList::Dns(host.to_owned(), port), authority: Some(name.to_owned()), secure: None })
    }

    fn parse_list(text: &str, rest: &str) -> Result<Self> {
        let rest = rest.strip_prefix("///").unwrap_or(rest);
        let address = |text: &str| match EndpointAddress::parse(text) {
            EndpointAddress::Other(text) => {
                host_and_port(&text, DEFAULT_PORT).map(|(host, port)| EndpointAddress::host(host, port))
            }
            address => Some(address),
        };
        let addresses: Option<Vec<_>> = rest.split(',').map(|part| address(part.trim())).collect();
        let addresses = addresses.ok_or_else(|| invalid_address(text, FORMS))?;
        Ok(Self { servers: ServerList::Static(addresses), authority: None, secure: None })
    }
}

/// Creates the error for an address that cannot be called.
pub(crate) fn invalid_address(address: &str, help: &str) -> Error {
    Error::invalid_argument(format!("invalid address `{address}`: {help}"))
}

/// Splits an authority. `None` if host or port are unusable: HTTP allows an empty host and any digits for a port.
fn host_and_port(authority: &str, default: u16) -> Option<(&str, u16)> {
    let split = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
    let (host, port) = match split {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, default),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_valid = bare.map_or_else(|| is_host(host), |host| host.parse::<std::net::Ipv6Addr>().is_ok());
    is_valid.then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> TargetAddress {
        TargetAddress::parse(text).expect(text)
    }

    #[test]
    fn plaintext_to_other_machines_is_exposed() {
        for (text, is_local) in [
            ("http://localhost:1", true),
            ("http://a.LOCALHOST", true),
            ("http://127.0.0.1:50051", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:50051", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("unix:/run/shop.sock", true),
            ("dns:///localhost:50051", true),
            ("static:127.0.0.1:1,localhost:2", true),
            ("http://inventory:50051", false),
            ("http://localhost.example", false),
            ("http://10.0.0.7", false),
            ("http://[::]:50051", false),
            ("dns:///inventory:50051", false),
            ("static:127.0.0.1:1,10.0.0.7:2", false),
        ] {
            assert_eq!(parse(text).is_local(), is_local, "{text}");
        }
    }

    #[test]
    fn origin_has_the_given_authority() {
        for (text, authority, expected) in [
            ("http://inventory:50051", None, "http://inventory:50051"),
            ("https://inventory", None, "https://inventory"),
            ("https://10.0.0.7:443", Some("inventory"), "https://inventory"),
            ("unix:/run/shop.sock", None, "http://localhost"),
            ("unix:shop.sock", Some("shop"), "http://shop"),
            ("static:10.0.0.7:1", None, "https://10.0.0.7:1"),
            ("dns:///inventory:50051", Some("shop"), "https://shop"),
        ] {
            let target = parse(text);
            let server = match &target.servers {
                ServerList::Static(servers) => servers[0].clone(),
                ServerList::Dns(..) => EndpointAddress::parse("10.0.0.9:1"),
            };
            let origin = target.origin(target.is_secure(false, false), authority, &server).expect("an origin");
            assert_eq!(format!("{}://{}", origin.scheme, origin.authority), expected, "{text}");
        }
    }

    #[test]
    fn targets_without_a_scheme_are_encrypted_unless_local_or_allowed() {
        for (text, has_tls, allows_plaintext, is_secure) in [
            ("dns:///inventory:50051", false, false, true),
            ("dns:///inventory:50051", false, true, false),
            ("dns:///inventory:50051", true, true, true),
            ("dns:localhost:50051", false, false, false),
            ("dns:localhost:50051", true, false, true),
            ("http://inventory:50051", true, false, false),
            ("https://localhost", false, true, true),
        ] {
            assert_eq!(parse(text).is_secure(has_tls, allows_plaintext), is_secure, "{text}");
        }
    }

    #[test]
    fn lists_and_names_are_parsed() {
        assert_eq!(parse("dns:///inventory").servers, ServerList::Dns("inventory".into(), 443));
        assert_eq!(parse("dns:inventory:50051").servers, ServerList::Dns("inventory".into(), 50051));
        let addresses = ["10.0.0.7:1", "[::1]:2", "shop:3", "unix:/run/a"].map(EndpointAddress::parse);
        assert_eq!(
            parse("static:10.0.0.7:1,[::1]:2, shop:3,unix:/run/a").servers,
            ServerList::Static(addresses.into())
        );
        assert_eq!(
            parse("ipv4:10.0.0.7,10.0.0.8:5").servers,
            ServerList::Static(vec![EndpointAddress::parse("10.0.0.7:443"), EndpointAddress::parse("10.0.0.8:5")])
        );
    }

    #[test]
    fn invalid_targets_are_refused() {
        for text in [
            "",
            "shop",
            "shop:50051",
            "ftp://shop",
            "http://",
            "http://:1",
            "http://shop:port",
            "http://shop:70000",
            "http://shop/path",
            "http://shop?query",
            "unix:",
            "dns:",
            "dns:///",
            "dns://8.8.8.8/shop",
            "dns:///shop:x",
            "static:",
            "static:a:1,",
            "static:a b:1",
            "ipv6:[::g]:1",
        ] {
            let error = TargetAddress::parse(text).expect_err(text);
            assert!(error.message().starts_with(&format!("invalid address `{text}`: ")), "{error}");
        }
    }
}
