//! The faults of a sweep.

use std::fmt;

use crate::{Code, Error, fake::Fault};

/// A fault that a sweep causes at one call, or from one call on.
#[derive(Clone, Debug)]
pub struct SweepFault {
    name: String,
    pub(super) error: Error,
    pub(super) is_after: bool,
    pub(super) lasts: bool,
}

impl SweepFault {
    /// Fails a call before it is carried out.
    pub fn before(error: impl Into<Error>) -> Self {
        let error = error.into();
        Self { name: format!("{}-before", name(&error)), error, is_after: false, lasts: false }
    }

    /// Fails a call after it was carried out: a stream after its last message. The caller cannot know that.
    pub fn after(error: impl Into<Error>) -> Self {
        let error = error.into();
        Self { name: format!("{}-after", name(&error)), error, is_after: true, lasts: false }
    }

    /// Fails a call and all later calls of its method before they are carried out.
    pub fn outage(error: impl Into<Error>) -> Self {
        let error = error.into();
        Self { name: format!("{}-outage", name(&error)), error, is_after: false, lasts: true }
    }

    /// Carries a fault of the transport out, if the call comes over a server in memory.
    pub fn transport(fault: Fault) -> Self {
        Self { name: fault.to_string().replace(' ', "-"), error: fault.into(), is_after: false, lasts: false }
    }

    /// Returns the faults of a sweep that sets none.
    pub(super) fn usual() -> Vec<Self> {
        let unavailable = || Error::unavailable("injected by the sweep");
        let late = Error::deadline_exceeded("injected by the sweep");
        let refused = Error::new(Code::Internal, "injected by the sweep");
        vec![
            Self::before(unavailable()),
            Self::after(unavailable()),
            Self::after(late),
            Self::before(refused),
            Self::outage(unavailable()),
        ]
    }
}

/// Displays as in `unavailable-after`.
impl fmt::Display for SweepFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn name(error: &Error) -> String {
    error.code().name().to_ascii_lowercase().replace('_', "-")
}
