//! The settings of a gateway.

mod gateway_settings;
mod names;
mod parameters;
mod proxies;

#[cfg(feature = "websocket")]
pub use gateway_settings::{AllowedOrigins, WebSocketSettings};
pub use gateway_settings::{CustomErrors, ErrorFormat, GatewaySettings, MatchedRoute, StreamFormat};
pub use names::NameList;
pub use parameters::{CapturedParameters, UnknownParameters};
pub use proxies::{IpNetwork, TrustedProxies};
