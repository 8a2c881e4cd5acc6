//! The server that a client calls.

use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::Range,
};

use http::{Uri, uri::Scheme};

/// What a client was made to call: `http://localhost:50051`, `unix:/run/shop.sock`, or the name of a service in this
/// process. Two are equal if their address and port are, however they are written.
#[derive(Clone)]
pub struct Target {
    text: Box<str>,
    /// Where the text has the address.
    address: Range<usize>,
    port: Option<u16>,
}

impl Target {
    /// The host, without the brackets of IPv6; of a Unix socket its path; or else the whole name.
    pub fn address(&self) -> &str {
        self.text.get(self.address.clone()).unwrap_or_default()
    }

    /// The port of a host, also where it is the usual one and so is left out.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The whole text, as it was given to the client.
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
        let uri = text.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(|uri| Some((uri.host()?, port(uri)?)));
        let (address, port) = match host {
            Some((host, port)) => (host.trim_matches(['[', ']']), Some(port)),
            None => (text.strip_prefix("unix:").unwrap_or(text), None),
        };
        let start = text.find(address).unwrap_or_default();
        Self { address: start..start + address.len(), port, text: text.into() }
    }
}

/// `None` if nothing says which it is.
fn port(uri: &Uri) -> Option<u16> {
    let usual = uri.scheme().map(|scheme| if *scheme == Scheme::HTTPS { 443 } else { 80 });
    usual.map(|usual| uri.port_u16().unwrap_or(usual))
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
    fn address_and_port() {
        for (text, address, port) in [
            ("http://localhost:50051", "localhost", Some(50051)),
            ("http://t", "t", Some(80)),
            ("https://shop.example.com/", "shop.example.com", Some(443)),
            ("http://[::1]:8080", "::1", Some(8080)),
            ("unix:/run/shop.sock", "/run/shop.sock", None),
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
