//! The types of times.

/// The crate whose types tell times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as the crates")]
pub enum Times {
    #[default]
    Runtime,
    Chrono,
    Jiff,
    Time,
}

impl Times {
    /// A point in time.
    pub fn timestamp(self) -> &'static str {
        match self {
            Self::Runtime => "svc::Timestamp",
            Self::Chrono => "svc::chrono::DateTime<svc::chrono::Utc>",
            Self::Jiff => "svc::jiff::Timestamp",
            Self::Time => "svc::time::OffsetDateTime",
        }
    }

    /// A span of time that may be negative.
    pub fn duration(self) -> &'static str {
        match self {
            Self::Runtime => "svc::SignedDuration",
            Self::Chrono => "svc::chrono::TimeDelta",
            Self::Jiff => "svc::jiff::SignedDuration",
            Self::Time => "svc::time::Duration",
        }
    }

    /// Whether a point in time has a default.
    pub fn has_default(self) -> bool {
        self != Self::Time
    }
}
