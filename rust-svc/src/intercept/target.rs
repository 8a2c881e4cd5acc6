//! Targets of clients.

use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::Range,
};

use http::{Uri, uri::Scheme};

/// The target of a client: `http://localhost:50051`, `dns:///inventory:50051`, `unix:/run/shop.sock`, or the name of a service
/// in this process.
///
/// Targets are equal if their addresses and ports are, however they are written.
#[derive(Clone)]
pub struct Target {
    text: Box<str>,
    /// The position of the address in the text.
    address: Range<usize>,
    port: Option<u16>,
}

impl Target {
    /// Returns the host without the brackets of IPv6, the path of a Unix socket, or else the whole name.
    pub fn address(&self) -> &str {
        self.text.get(self.address.clone()).unwrap_or_default()
    }

    /// Returns the port of a host, also a default port that the text omits.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns the text that was passed to the client.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        (self.address(), self.port) == (other.address(), other.port)
    }
}

impl Eq for Target {}

impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.address(), self.port).hash(state);
    }
}

impl From<&str> for Target {
    fn from(text: &str) -> Self {
        let dns = text.strip_prefix("dns:").map(|name| name.trim_start_matches('/'));
        let uri = dns.map_or_else(|| text.to_owned(), |name| format!("https://{name}")).parse::<Uri>().ok();
        let host = uri.as_ref().and_then(|uri| Some((uri.host()?, port(uri)?)));
        let (address, port) = match host {
            Some((host, port)) => (host.trim_matches(['[', ']']), Some(port)),
            None => (text.strip_prefix("unix:").unwrap_or(text), None),
        };
        let start = text.find(address).unwrap_or_default();
        Self { address: start..start + address.len(), port, text: text.into() }
    }
}

/// Returns the port of a URI; `None` without a scheme.
fn port(uri: &Uri) -> Option<u16> {
    let default = uri.scheme().map(|scheme| if *scheme == Scheme::HTTPS { 443 } else { 80 });
    default.map(|default| uri.port_u16().unwrap_or(default))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_target_has_address_and_port() {
        for (text, address, port) in [
            ("http://localhost:50051", "localhost", Some(50051)),
            ("http://t", "t", Some(80)),
            ("https://shop.example.com/", "shop.example.com", Some(443)),
            ("http://[::1]:8080", "::1", Some(8080)),
            ("unix:/run/shop.sock", "/run/shop.sock", None),
            ("dns:///inventory:50051", "inventory", Some(50051)),
            ("dns:inventory", "inventory", Some(443)),
            ("static:10.0.0.7:1,10.0.0.8:1", "static:10.0.0.7:1,10.0.0.8:1", None),
            ("unix:shop.sock", "shop.sock", None),
            ("in-process", "in-process", None),
            ("", "", None),
        ] {
            let target = Target::from(text);
            assert_eq!((target.address(), target.port(), target.as_str()), (address, port, text));
        }
        assert_eq!(Target::from("http://a"), Target::from("http://a:80/"));
        assert_ne!(Target::from("http://a"), Target::from("https://a"));
    }
}
