//! Adapters and the server over real connections.

mod calls;
mod cancellation;
mod deadlines;
mod echo;
mod errors;
mod guards;
mod health;
mod http;
mod limits;
mod metadata;
mod raw;
mod reflection;
mod shutdown;
mod support;
mod web;
