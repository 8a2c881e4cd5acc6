//! One request and its response: the handler of a route, and the call around it.

pub(super) mod call;
pub(super) mod handler;
mod http_exchange;

pub(super) use http_exchange::HttpExchange;
