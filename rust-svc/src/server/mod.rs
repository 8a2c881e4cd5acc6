//! A process that serves adapters and gateways.
//!
//! gRPC and HTTP share one port, unless each [address](Listen) has its own protocols. A request is gRPC if its content type
//! starts with `application/grpc` or its path names a served service. All others go to the gateways and the user's own
//! routes.
//!
//! A process that is asked to stop does so in this order:
//!
//! 1. health becomes `NOT_SERVING`, and streams that watch it end;
//! 2. calls are served for the lame-duck time, so that load balancers can react;
//! 3. no connection is accepted any more, open connections get GOAWAY, and [handlers](crate::Context::stopping) are notified;
//! 4. calls in progress may end, for a bounded time;
//! 5. the remaining calls end with `UNAVAILABLE`, and what is left is dropped.

mod body;
mod bound;
mod builder;
mod connection;
mod dispatch;
#[rustfmt::skip]
mod generated;
mod health;
mod layer;
mod limits;
mod listen;
mod reflection;
mod router;
mod shutdown;

pub use crate::net::ByteStream;
pub use bound::Bound;
pub use builder::Server;
pub use health::Health;
pub use layer::RequestService;
#[cfg(feature = "tls")]
pub use listen::ServerTls;
pub use listen::{Address, Listen};
#[cfg(feature = "client")]
pub use listen::{InMemoryServer, LocalServer};
