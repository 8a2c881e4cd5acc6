//! The places of scripts.

use std::{fmt, panic::Location, sync::Arc};

/// The place where a script is written: in the code of a test, or elsewhere under a name.
#[derive(Clone, Debug)]
pub(in crate::fake) enum ScriptLocation {
    Code(&'static Location<'static>),
    Named(Arc<str>),
}

impl ScriptLocation {
    #[track_caller]
    pub(in crate::fake) fn caller() -> Self {
        Self::Code(Location::caller())
    }

    /// Returns the place of a part of the script, which is written at `location` if the script is code.
    pub(in crate::fake) fn of_part(&self, location: &'static Location<'static>) -> Self {
        match self {
            Self::Code(_) => Self::Code(location),
            Self::Named(_) => self.clone(),
        }
    }
}

impl fmt::Display for ScriptLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(location) => location.fmt(f),
            Self::Named(name) => f.write_str(name),
        }
    }
}
