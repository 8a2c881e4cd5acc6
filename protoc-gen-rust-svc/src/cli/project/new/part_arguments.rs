//! The arguments for the optional parts of a project.

use std::path::PathBuf;

use clap::Args;

use crate::project::parts::{Parts, ProjectPart};

/// The optional parts of the project.
#[derive(Args, Debug)]
#[command(next_help_heading = "Parts of the project")]
pub(super) struct PartArgs {
    /// Serve the services in --client over HTTP and JSON, by calling them; without --proto, the project is only a gateway
    #[arg(long)]
    gateway: bool,

    /// Store data in SQLite: a connection pool, migrations and a setting
    #[arg(long, conflicts_with = "postgres")]
    sqlite: bool,

    /// Store data in PostgreSQL: a connection pool, migrations and a setting
    #[arg(long)]
    postgres: bool,

    /// A job that runs beside the server, and stops with it
    #[arg(long)]
    worker: bool,

    /// A script for development certificates, and a test over TLS
    #[arg(long)]
    tls: bool,

    /// An OpenTelemetry collector for development
    #[arg(long)]
    otel: bool,

    /// Manifests for Kubernetes: probes, headless service, disruption budget, autoscaling
    #[arg(long)]
    kubernetes: bool,

    /// A configuration of Envoy, which balances calls between replicas and translates gRPC-Web
    #[arg(long)]
    envoy: bool,
}

impl PartArgs {
    /// Returns the parts that were named.
    pub(super) fn parts(&self) -> Parts {
        let all = [
            (ProjectPart::Gateway, self.gateway),
            (ProjectPart::Sqlite, self.sqlite),
            (ProjectPart::Postgres, self.postgres),
            (ProjectPart::Worker, self.worker),
            (ProjectPart::Tls, self.tls),
            (ProjectPart::Otel, self.otel),
            (ProjectPart::Kubernetes, self.kubernetes),
            (ProjectPart::Envoy, self.envoy),
        ];
        all.into_iter().filter_map(|(part, is_given)| is_given.then_some(part)).collect()
    }

    /// Returns whether the project serves nothing of its own, only these files over HTTP.
    pub(super) fn is_gateway_of(&self, client: &[PathBuf]) -> bool {
        self.gateway && !client.is_empty()
    }
}
