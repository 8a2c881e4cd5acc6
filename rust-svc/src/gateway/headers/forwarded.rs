//! The proxies in front of a request: `X-Forwarded-*` and `Forwarded` (RFC 7239).

use std::net::IpAddr;

use axum::http::{
    HeaderMap, Uri,
    header::{self, AsHeaderName},
};

use crate::{Metadata, gateway::settings::TrustedProxies};

const FOR: &str = "x-forwarded-for";
pub(super) const HOST: &str = "x-forwarded-host";
pub(super) const PROTO: &str = "x-forwarded-proto";

/// The claims of proxies about a request, the client's first.
#[derive(Debug, Default, PartialEq, Eq)]
struct Claims<'h> {
    addresses: Vec<&'h str>,
    host: Option<&'h str>,
    proto: Option<&'h str>,
}

/// Adds the addresses of the client, of its proxies and of the peer, the host and the scheme to metadata. Over HTTP/2 the
/// host of a request is its `:authority`.
pub(super) fn append(
    headers: &HeaderMap,
    uri: &Uri,
    peer: Option<IpAddr>,
    proxies: &TrustedProxies,
    metadata: &mut Metadata,
) {
    let mut claims = if proxies.trusts(peer) { Claims::read(headers) } else { Claims::default() };
    claims.drop_untrusted(proxies);
    let mut addresses = claims.addresses.join(", ");
    if let Some(peer) = peer {
        let separator = if addresses.is_empty() { "" } else { ", " };
        addresses = format!("{addresses}{separator}{peer}");
    }
    let authority = || uri.authority().map(|authority| authority.as_str());
    let host = claims.host.or_else(|| text(headers, header::HOST)).or_else(authority);
    let entries = [(FOR, Some(&*addresses).filter(|it| !it.is_empty())), (HOST, host), (PROTO, claims.proto)];
    for (key, value) in entries.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        // Values that gRPC does not carry are dropped.
        let _ = metadata.append(key, value);
    }
}

impl<'h> Claims<'h> {
    /// Reads `X-Forwarded-*`, or what of it `Forwarded` has instead.
    fn read(headers: &'h HeaderMap) -> Self {
        let standard = Self::read_standard(headers);
        let addresses = list(headers, FOR).collect::<Vec<_>>();
        Self {
            addresses: if addresses.is_empty() { standard.addresses } else { addresses },
            host: text(headers, HOST).or(standard.host),
            proto: text(headers, PROTO).or(standard.proto),
        }
    }

    fn read_standard(headers: &'h HeaderMap) -> Self {
        let mut claims = Self::default();
        for element in list(headers, "forwarded") {
            for (name, value) in element.split(';').filter_map(|pair| pair.split_once('=')) {
                let value = value.trim().trim_matches('"');
                match name.trim() {
                    name if name.eq_ignore_ascii_case("for") => claims.addresses.push(host_of(value)),
                    name if name.eq_ignore_ascii_case("host") => claims.host = claims.host.or(Some(value)),
                    name if name.eq_ignore_ascii_case("proto") => claims.proto = claims.proto.or(Some(value)),
                    _ => (),
                }
            }
        }
        claims
    }

    /// Keeps the addresses of the trusted proxies and the one in front of them, which is the client's. A client can claim
    /// any address before its own.
    fn drop_untrusted(&mut self, proxies: &TrustedProxies) {
        let is_trusted = |address: &&str| host_of(address).parse().is_ok_and(|address| proxies.trusts(Some(address)));
        if let Some(client) = self.addresses.iter().rposition(|address| !is_trusted(address)) {
            let is_all = *proxies == TrustedProxies::All;
            self.addresses.drain(..if is_all { 0 } else { client });
        }
    }
}

fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Returns the elements of all values of a header.
fn list<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

/// Returns an address without its port.
fn host_of(address: &str) -> &str {
    match address.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or(inner),
        None if address.matches(':').count() == 1 => address.split(':').next().unwrap_or(address),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

    use super::append;
    use crate::{Metadata, gateway::settings::TrustedProxies};

    const SHOP: (&str, &str) = ("host", "shop");

    fn forwarded(entries: &[(&'static str, &'static str)], proxies: &[&str]) -> String {
        let entry = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let proxies = match proxies {
            ["all"] => TrustedProxies::All,
            only => TrustedProxies::only(only.iter().copied()).expect("networks"),
        };
        let mut metadata = Metadata::new();
        let headers: HeaderMap = entries.iter().map(entry).collect();
        append(&headers, &Uri::default(), Some([10, 0, 0, 1].into()), &proxies, &mut metadata);
        let get = |key: &str| metadata.get(key).unwrap_or("-").to_owned();
        format!("{} | {} | {}", get("x-forwarded-for"), get("x-forwarded-host"), get("x-forwarded-proto"))
    }

    #[test]
    fn headers_of_trusted_proxies_count() {
        let named =
            [SHOP, ("x-forwarded-for", "6.6.6.6, 1.2.3.4"), ("x-forwarded-host", "h"), ("x-forwarded-proto", "https")];
        for (proxies, expected) in [
            (&["all"][..], "6.6.6.6, 1.2.3.4, 10.0.0.1 | h | https"),
            (&["10.0.0.0/8"], "1.2.3.4, 10.0.0.1 | h | https"),
            (&["10.0.0.0/8", "1.2.3.4"], "6.6.6.6, 1.2.3.4, 10.0.0.1 | h | https"),
            (&["0.0.0.0/0"], "6.6.6.6, 1.2.3.4, 10.0.0.1 | h | https"),
            (&["9.0.0.0/8"], "10.0.0.1 | shop | -"),
            (&[], "10.0.0.1 | shop | -"),
        ] {
            assert_eq!(forwarded(&named, proxies), expected, "{proxies:?}");
        }
    }

    #[test]
    fn the_standard_header_is_read_where_the_other_is_absent() {
        let standard = ("forwarded", "for=\"[2001:db8::1]:80\";proto=https;host=h, For=1.2.3.4:5;by=x");
        for (headers, expected) in [
            (&[SHOP, standard][..], "2001:db8::1, 1.2.3.4, 10.0.0.1 | h | https"),
            (&[standard, ("x-forwarded-for", "9.9.9.9")], "9.9.9.9, 10.0.0.1 | h | https"),
            (&[SHOP, ("forwarded", "for;;=,\"")], "10.0.0.1 | shop | -"),
            (&[SHOP], "10.0.0.1 | shop | -"),
        ] {
            assert_eq!(forwarded(headers, &["all"]), expected, "{headers:?}");
        }
    }
}
