//! The protocols of an address.

/// The protocols of an address. If none is set, all are served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Protocols {
    pub(crate) grpc: bool,
    pub(crate) http: bool,
    pub(crate) web: bool,
}

impl Protocols {
    /// Returns the named protocols; if there are none, all, with gRPC-Web only if `web`.
    pub(crate) fn or_all(self, web: bool) -> Self {
        if self == Self::default() { Self { grpc: true, http: true, web } } else { self }
    }

    /// Returns whether no protocol needs HTTP/1.
    #[cfg(feature = "tls")]
    pub(crate) fn is_grpc_alone(self) -> bool {
        self == Self { grpc: true, ..Self::default() }
    }
}
