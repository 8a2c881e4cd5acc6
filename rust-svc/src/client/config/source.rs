//! The source of a policy.

use std::fmt;

/// The source of a policy, the most specific last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PolicySource {
    /// The default of this crate.
    BuiltIn,
    /// A setting of the client for all methods, such as [`ClientBuilder::timeout`](crate::client::ClientBuilder::timeout).
    Client,
    /// The option `rust_svc.v1.defaults` of the service, in the `.proto`.
    ServiceDefaults,
    /// The option `rust_svc.v1.method`, in the `.proto`.
    Contract,
    /// A service config, when the code was generated.
    CompiledConfig,
    /// A service config of the client: [`ClientBuilder::service_config`](crate::client::ClientBuilder::service_config) or
    /// [`Client::reload`](crate::Client::reload).
    ServiceConfig,
    /// [`ClientBuilder::method`](crate::client::ClientBuilder::method).
    Code,
}

impl fmt::Display for PolicySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BuiltIn => "built-in",
            Self::Client => "client",
            Self::ServiceDefaults => "service defaults",
            Self::Contract => "contract",
            Self::CompiledConfig => "service config at generation",
            Self::ServiceConfig => "service config",
            Self::Code => "code",
        })
    }
}
