//! The proxies whose word about a caller counts.

use std::{net::IpAddr, str::FromStr};

use crate::{Error, Result};

/// The proxies whose `X-Forwarded-*` and `Forwarded` headers count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustedProxies {
    /// Every caller, which may then claim any address.
    #[default]
    All,
    /// Callers from these networks. The headers of other callers are dropped.
    Only(Vec<IpNetwork>),
}

/// The addresses with a common prefix, such as `10.0.0.0/8` or `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpNetwork {
    address: IpAddr,
    prefix: u32,
}

impl TrustedProxies {
    /// Trusts these networks only. Fails if one of them is neither an address nor a network.
    pub fn only<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        networks.into_iter().map(str::parse).collect::<Result<_>>().map(Self::Only)
    }

    /// Returns whether the headers of a caller count. A caller without address, as over a Unix socket, is local.
    pub(in crate::gateway) fn trusts(&self, caller: Option<IpAddr>) -> bool {
        match self {
            Self::All => true,
            Self::Only(networks) => caller.is_none_or(|caller| networks.iter().any(|network| network.contains(caller))),
        }
    }
}

impl IpNetwork {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(given)) => {
                let differing = u32::from(own) ^ u32::from(given);
                differing.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(given)) => {
                let differing = u128::from(own) ^ u128::from(given);
                differing.leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }
}

impl FromStr for IpNetwork {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid =
            || Error::invalid_argument(format!("`{text}` is not an IP address or a network such as 10.0.0.0/8"));
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), |prefix| prefix.parse().map_err(|_| invalid()))?;
        if prefix > bits { Err(invalid()) } else { Ok(Self { address, prefix }) }
    }
}

#[cfg(test)]
mod tests {
    use super::TrustedProxies;

    #[test]
    fn networks_have_the_addresses_with_their_prefix() {
        for (network, address, is_in) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.2", false),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("::1", "::1", true),
            ("::/0", "fe80::1", true),
        ] {
            let trusted = TrustedProxies::only([network]).expect(network);
            assert_eq!(trusted.trusts(Some(address.parse().expect(address))), is_in, "{network} {address}");
        }
        assert!(TrustedProxies::All.trusts(Some([1, 2, 3, 4].into())));
        assert!(TrustedProxies::Only(Vec::new()).trusts(None));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8"] {
            assert!(TrustedProxies::only([text]).is_err(), "{text}");
        }
    }
}
