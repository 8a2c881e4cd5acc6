//! A fake gRPC server for any contract: `protoc-gen-rust-svc fake`.
//!
//! Messages are read by their descriptors, so that teams need no Rust. Scripts are files in YAML or JSON, and an HTTP API adds
//! scripts, shows calls and explains them. Scripts, checks and failures are those of [`rust_svc::fake`].
//!
//! | module | holds |
//! |---|---|
//! | `contract` | methods and messages by their descriptors, and what their contract demands |
//! | `script` | files of scripts, their schema, and the fakes that they become |
//! | `http` | routes of `google.api.http` |
//! | `resource` | resources with standard methods, which are kept in memory |
//! | `serve` | the server, its HTTP API, and scripts that are read again when they change |
//! | `record` | a proxy that writes scripts from the calls of a real server |

mod contract;
mod http;
mod record;
mod resource;
mod script;
mod serve;

#[cfg(test)]
mod tests;

pub use record::{RecordConfig, record};
pub use script::schema;
pub use serve::{FakeConfig, RunningFake, serve, start};

/// Runs a server to its end.
pub fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| format!("error: {error}"))?.block_on(work)
}
