//! HTTP proxies that tunnel connections by `CONNECT` (RFC 9110, section 9.3.6).

use std::io;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{Uri, uri::Authority};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::tcp::connect_tcp;
use crate::{Error, Result, client::transport::resolve::lookup, error::BoxError};

/// The forms of a proxy.
const FORM: &str = "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";

/// The longest response of a proxy, in bytes.
const MAX_RESPONSE: usize = 8 * 1024;

/// A proxy, and the hosts that are connected to without it.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    host: String,
    port: u16,
    /// The value of `Proxy-Authorization`.
    credentials: Option<String>,
    exceptions: Vec<String>,
}

impl Proxy {
    /// Parses the URL of a proxy. Fails if it is not one of HTTP.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let uri: Uri = with_scheme.parse().map_err(|_| invalid_proxy(url))?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
        let authority = authority.filter(|authority| !authority.host().is_empty()).ok_or_else(|| invalid_proxy(url))?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self { host, port, credentials: credentials(authority), exceptions: Vec::new() })
    }

    /// Reads `HTTPS_PROXY` and `NO_PROXY`, in capitals or not. `None` if no proxy is set.
    pub(crate) fn from_env(read: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let read = |name: &str| read(name).or_else(|| read(&name.to_lowercase())).filter(|text| !text.is_empty());
        let Some(url) = read("HTTPS_PROXY") else { return Ok(None) };
        let exceptions = read("NO_PROXY").unwrap_or_default();
        let exceptions = exceptions.split(',').map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        Ok(Some(Self { exceptions: exceptions.collect(), ..Self::parse(&url)? }))
    }

    /// Returns whether connections to a host use the proxy.
    pub(super) fn applies_to(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).to_lowercase();
        !self.exceptions.iter().any(|exception| is_exception(exception, &host))
    }

    /// Connects to an authority through the proxy.
    pub(super) async fn connect(&self, authority: &str) -> Result<TcpStream, BoxError> {
        let mut stream = self.dial().await?;
        stream.write_all(self.request(authority).as_bytes()).await?;
        let response = read_head(&mut stream).await?;
        let status = response.lines().next().unwrap_or_default();
        let is_open = status.split(' ').nth(1).is_some_and(|code| code.starts_with('2'));
        is_open.then_some(stream).ok_or_else(|| format!("the proxy responded `{status}`").into())
    }

    async fn dial(&self) -> io::Result<TcpStream> {
        let mut error = io::Error::from(io::ErrorKind::NotFound);
        for address in lookup(&self.host, self.port).await? {
            match connect_tcp(address).await {
                Ok(stream) => return Ok(stream),
                Err(failure) => error = failure,
            }
        }
        Err(error)
    }

    fn request(&self, authority: &str) -> String {
        let credentials = self.credentials.as_ref().map(|value| format!("Proxy-Authorization: {value}\r\n"));
        let agent = concat!("User-Agent: rust-svc/", env!("CARGO_PKG_VERSION"), "\r\n");
        let credentials = credentials.unwrap_or_default();
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{agent}{credentials}\r\n")
    }
}

/// Reads the head of a response, and no byte more: the next ones are of the tunnel.
async fn read_head(stream: &mut TcpStream) -> Result<String, BoxError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_RESPONSE {
            return Err("the proxy's response is too long".into());
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn credentials(authority: &Authority) -> Option<String> {
    let (user, _) = authority.as_str().rsplit_once('@')?;
    Some(format!("Basic {}", BASE64_STANDARD.encode(percent_decode(user))))
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    bytes
}

/// Returns whether a host is, or is within, an exception: `*`, a host, or a domain with or without a dot before it.
fn is_exception(exception: &str, host: &str) -> bool {
    let domain = exception.trim_start_matches("*.").trim_start_matches('.');
    exception == "*" || host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// Creates the error for the URL of a proxy. It does not show the URL, which may contain a password.
fn invalid_proxy(_: &str) -> Error {
    Error::invalid_argument(format!("invalid proxy: {FORM}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read_from_the_environment() {
        let read = |name: &str| match name {
            "https_proxy" => Some("http://user:p%40ss@proxy:3128".to_owned()),
            "NO_PROXY" => Some("localhost, .internal,example.com,*.svc".to_owned()),
            _ => None,
        };
        let proxy = Proxy::from_env(read).expect("a proxy").expect("a proxy");
        assert_eq!((&*proxy.host, proxy.port), ("proxy", 3128));
        assert_eq!(proxy.credentials.as_deref(), Some("Basic dXNlcjpwQHNz"));
        for (host, applies) in [
            ("inventory", true),
            ("localhost", false),
            ("a.internal", false),
            ("EXAMPLE.com", false),
            ("a.example.com", false),
            ("badexample.com", true),
            ("shop.svc", false),
            ("10.0.0.7", true),
        ] {
            assert_eq!(proxy.applies_to(host), applies, "{host}");
        }
        assert!(Proxy::from_env(|_| None).expect("no proxy").is_none());
        assert!(Proxy::from_env(|_| Some(String::new())).expect("no proxy").is_none());
    }

    #[test]
    fn invalid_proxies_are_refused_without_their_password() {
        for url in ["https://user:secret@proxy", "socks5://user:secret@proxy", "http://user:secret@", "http://a b"] {
            let error = Proxy::parse(url).expect_err(url);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
