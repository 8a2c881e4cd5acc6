//! Causes from which an error is described when someone reads it.

use std::{error::Error as StdError, fmt, sync::Arc};

use super::BoxError;
use crate::Any;

/// A cause that is also the message of its error, and has its details. Errors that come in great numbers are created without
/// the work of describing them, because few are read.
pub(crate) trait Described: StdError + Send + Sync + 'static {
    /// Returns the details.
    fn details(&self) -> Vec<Any>;
}

/// The cause of an error.
#[derive(Clone)]
pub(super) enum ErrorCause {
    None,
    /// A cause for logs only.
    Logged(Arc<dyn StdError + Send + Sync>),
    /// A cause that describes the error.
    Describing(Arc<dyn Described>),
}

impl ErrorCause {
    pub(super) fn logged(error: BoxError) -> Self {
        Self::Logged(Arc::from(error))
    }

    /// Returns the message of the error, unless it was set.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Describing(cause) => cause.to_string(),
            Self::None | Self::Logged(_) => String::new(),
        }
    }

    /// Returns the details of the error, unless they were set.
    pub(super) fn details(&self) -> Vec<Any> {
        match self {
            Self::Describing(cause) => cause.details(),
            Self::None | Self::Logged(_) => Vec::new(),
        }
    }

    pub(super) fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::None => None,
            Self::Logged(cause) => Some(&**cause),
            Self::Describing(cause) => Some(&**cause),
        }
    }
}

/// Prints the part that only logs have, after the message.
impl fmt::Display for ErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None | Self::Describing(_) => Ok(()),
            Self::Logged(cause) => write!(f, ": {cause}"),
        }
    }
}
