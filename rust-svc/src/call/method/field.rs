//! The names of the policies of a method.

/// A policy of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyField {
    /// [`Method::timeout`](crate::Method::timeout) or [`Method::default_timeout`](crate::Method::default_timeout).
    Timeout,
    /// [`Method::max_timeout`](crate::Method::max_timeout).
    MaxTimeout,
    /// [`Method::attempt_timeout`](crate::Method::attempt_timeout).
    AttemptTimeout,
    /// [`Method::open_timeout`](crate::Method::open_timeout).
    OpenTimeout,
    /// [`Method::idle_timeout`](crate::Method::idle_timeout).
    IdleTimeout,
    /// [`Method::total_timeout`](crate::Method::total_timeout).
    TotalTimeout,
    /// [`Method::wait_for_ready`](crate::Method::wait_for_ready).
    WaitForReady,
    /// [`Method::max_request_bytes`](crate::Method::max_request_bytes).
    MaxRequestBytes,
    /// [`Method::max_response_bytes`](crate::Method::max_response_bytes).
    MaxResponseBytes,
    /// [`Method::retry`](crate::Method::retry) or [`Method::hedge`](crate::Method::hedge), which exclude each other.
    Repetition,
    /// [`Method::breaker`](crate::Method::breaker).
    Breaker,
    /// [`Method::bulkhead`](crate::Method::bulkhead).
    Bulkhead,
}

/// A set of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PolicyFields(u16);

impl PolicyField {
    /// All policies, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Timeout,
        Self::MaxTimeout,
        Self::AttemptTimeout,
        Self::OpenTimeout,
        Self::IdleTimeout,
        Self::TotalTimeout,
        Self::WaitForReady,
        Self::MaxRequestBytes,
        Self::MaxResponseBytes,
        Self::Repetition,
        Self::Breaker,
        Self::Bulkhead,
    ];

    /// Returns the name, such as `timeout`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::MaxTimeout => "max timeout",
            Self::AttemptTimeout => "attempt timeout",
            Self::OpenTimeout => "open timeout",
            Self::IdleTimeout => "idle timeout",
            Self::TotalTimeout => "total timeout",
            Self::WaitForReady => "wait for ready",
            Self::MaxRequestBytes => "max request bytes",
            Self::MaxResponseBytes => "max response bytes",
            Self::Repetition => "retries",
            Self::Breaker => "breaker",
            Self::Bulkhead => "bulkhead",
        }
    }
}

impl PolicyFields {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u16::MAX);

    pub(crate) const fn of(fields: &[PolicyField]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < fields.len() {
            bits |= 1 << fields[index] as u16;
            index += 1;
        }
        Self(bits)
    }

    pub(crate) const fn without(self, field: PolicyField) -> Self {
        Self(self.0 & !(1 << field as u16))
    }

    pub(crate) const fn contains(self, field: PolicyField) -> bool {
        self.0 & (1 << field as u16) != 0
    }
}
