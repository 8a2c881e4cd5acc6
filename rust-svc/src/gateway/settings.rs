//! What can be chosen while the program runs.

use crate::{
    Method,
    json::{ParseOptions, PrintOptions},
};

/// How requests are read and answers are printed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewaySettings {
    /// How answers are printed.
    pub print: PrintOptions,
    /// How bodies are read.
    pub parse: ParseOptions,
    /// The largest request message, in bytes; 4 MiB unless set. A larger one is answered with 413.
    pub max_message_bytes: usize,
    /// Ignore parameters of the query that are no field of the request, in place of answering 400.
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

/// Which route a request took: in the extensions of the response, for logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchedRoute {
    /// The method that was called.
    pub method: Method,
    /// The template of the path, such as `/v1/orders/{order_id}`.
    pub template: &'static str,
}
