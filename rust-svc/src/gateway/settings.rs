//! The settings of a gateway.

use crate::{
    Method,
    json::{ParseOptions, PrintOptions},
};

/// How a gateway reads requests and prints responses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewaySettings {
    /// How responses are printed.
    pub print: PrintOptions,
    /// How bodies are read.
    pub parse: ParseOptions,
    /// The largest request message, in bytes; 4 MiB unless set. The response to a larger one is 413.
    pub max_message_bytes: usize,
    /// Ignore query parameters that are not fields of the request, instead of responding with 400.
    pub ignore_unknown_parameters: bool,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            print: PrintOptions::default(),
            parse: ParseOptions::default(),
            max_message_bytes: 4 * 1024 * 1024,
            ignore_unknown_parameters: false,
        }
    }
}

/// The route of a request, in the extensions of its response, for logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchedRoute {
    /// The method of the call.
    pub method: Method,
    /// The template of the path, such as `/v1/orders/{order_id}`.
    pub template: &'static str,
}
