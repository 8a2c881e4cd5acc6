//! Adapters and the server over real connections.

mod attempts;
mod bombs;
mod calls;
mod cancellation;
mod cut_writes;
mod deadlines;
#[cfg(unix)]
mod descriptors;
mod echo;
mod errors;
mod floods;
mod guards;
mod health;
mod hops;
mod http;
mod http1;
mod limits;
mod listen;
mod malformed;
mod metadata;
mod overload;
#[cfg(feature = "metrics")]
mod panics;
mod peer;
mod raw;
mod reflection;
mod retries;
mod rolling;
mod scripted;
mod services;
mod shutdown;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod web;
mod windows;
