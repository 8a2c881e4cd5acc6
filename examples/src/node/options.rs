//! The options of every process.

use std::path::PathBuf;

use super::BoxError;
use crate::access::{Certificates, Tokens};

/// Options of every process.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessOptions {
    /// Stop when the standard input ends, so that this process does not outlive the one that started it
    #[arg(long, hide = true)]
    pub(super) stop_with_stdin: bool,
    /// Obey commands on the standard input, such as `latency 200`, and print a line for each call
    #[arg(long, hide = true, requires = "stop_with_stdin")]
    pub(super) demonstrate: bool,
    /// Allow plaintext connections to other machines, where something else encrypts
    #[arg(long, env = "PLAINTEXT")]
    pub(super) plaintext: bool,
    /// Describe the services to those who ask, by gRPC reflection
    #[arg(long, env = "REFLECTION")]
    pub(super) reflection: bool,
    /// The file of the secret that signs tokens, the same for all processes; it is created if it is not there
    #[arg(long, value_name = "FILE", env = "TOKEN_SECRET", default_value = "development.secret")]
    secret: PathBuf,
    /// Answer everybody on this machine as an operator, without a token, for tests of other things
    #[arg(long, env = "WITHOUT_TOKENS", conflicts_with = "plaintext")]
    pub(super) without_tokens: bool,
    /// Encrypt between the processes with the certificates in this folder, and accept no others (mutual TLS)
    #[arg(long, value_name = "FOLDER", env = "CERTIFICATES")]
    certificates: Option<PathBuf>,
    /// Send traces and metrics to this OpenTelemetry collector, over HTTP, such as http://localhost:4318
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub(super) otlp: Option<String>,
}

impl ProcessOptions {
    pub(super) fn tokens(&self) -> Result<Tokens, BoxError> {
        let file = &self.secret;
        Tokens::open(file).map_err(|error| format!("cannot use the secret in {}: {error}", file.display()).into())
    }

    pub(super) fn certificates(&self) -> Option<Certificates> {
        self.certificates.as_ref().map(Certificates::in_folder)
    }
}
