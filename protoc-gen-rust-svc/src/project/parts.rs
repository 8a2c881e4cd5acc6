//! The optional parts of a project.

use std::collections::BTreeSet;

/// An optional part of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are named as the arguments of `new`, which explain them")]
pub enum ProjectPart {
    Envoy,
    Gateway,
    Kubernetes,
    Otel,
    Postgres,
    Sqlite,
    Tls,
    Worker,
}

/// The optional parts that a project has.
pub type Parts = BTreeSet<ProjectPart>;

impl ProjectPart {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Envoy,
        Self::Gateway,
        Self::Kubernetes,
        Self::Otel,
        Self::Postgres,
        Self::Sqlite,
        Self::Tls,
        Self::Worker,
    ];

    /// The name in templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Envoy => "envoy",
            Self::Gateway => "gateway",
            Self::Kubernetes => "kubernetes",
            Self::Otel => "otel",
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
            Self::Tls => "tls",
            Self::Worker => "worker",
        }
    }
}
