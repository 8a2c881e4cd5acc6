//! The Rust types of timestamps and durations.

/// The crate with the types for timestamps and durations.
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
    /// The type of `google.protobuf.Timestamp`.
    pub fn timestamp(self) -> &'static str {
        match self {
            Self::Runtime => "svc::Timestamp",
            Self::Chrono => "svc::chrono::DateTime<svc::chrono::Utc>",
            Self::Jiff => "svc::jiff::Timestamp",
            Self::Time => "svc::time::OffsetDateTime",
        }
    }

    /// The type of `google.protobuf.Duration`.
    pub fn duration(self) -> &'static str {
        match self {
            Self::Runtime => "svc::SignedDuration",
            Self::Chrono => "svc::chrono::TimeDelta",
            Self::Jiff => "svc::jiff::SignedDuration",
            Self::Time => "svc::time::Duration",
        }
    }

    /// Whether the type of timestamps has a default.
    pub fn has_default(self) -> bool {
        self != Self::Time
    }
}
