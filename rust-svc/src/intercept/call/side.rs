//! The side of a call, and its HTTP route.

use crate::Code;

/// The side of a call that this process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It serves the call, over gRPC or HTTP.
    Server,
    /// It makes the call.
    Client,
}

impl Side {
    /// Returns true if a call that fails with this code counts as a fault of this side.
    pub(crate) fn is_at_fault(self, code: Code) -> bool {
        use Code::{DataLoss, DeadlineExceeded, Internal, Unavailable, Unimplemented, Unknown};
        let is_of_server =
            matches!(code, Unknown | DeadlineExceeded | Unimplemented | Internal | Unavailable | DataLoss);
        self == Self::Client || is_of_server
    }
}

/// The HTTP route of a call, by the semantic conventions of OpenTelemetry. None of it is chosen by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct HttpRoute {
    /// The HTTP method; [`OTHER`](crate::observe::names::OTHER) if it is unknown.
    pub method: &'static str,
    /// The template of the path, such as `/v1/users/{user_id}`; empty if no route matches the path.
    pub template: &'static str,
    /// `http`, or `https` if the request has that scheme, as HTTP/2 requests do.
    pub scheme: &'static str,
}
