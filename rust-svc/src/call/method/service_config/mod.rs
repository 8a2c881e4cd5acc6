//! gRPC service configs: call policies that operators write as JSON.
//!
//! | module | holds |
//! |---|---|
//! | `config` | [`ServiceConfig`], and what it sets for a method |
//! | `parse` | a document to a config, strictly or as in the files of Google's client libraries |
//! | `retries` | its retry and hedging policies |
//! | `mode` | the two sets of rules |
//! | `json` | the JSON of the document, with positions |
//! | `fields` | typed fields of an object |
//! | `invalid` | the error of a document |

mod config;
mod fields;
mod invalid;
mod json;
mod mode;
mod parse;
mod retries;
#[cfg(test)]
mod tests;

pub use config::{MethodConfig, RetryThrottling, ServiceConfig};
pub use invalid::InvalidServiceConfig;
