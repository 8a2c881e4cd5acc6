//! The headers and trailers of a response.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::Metadata;

/// The headers and trailers of a response, which all contexts of a call share. Most responses have neither, so they are
/// allocated when the first is set.
#[derive(Default)]
pub(crate) struct ResponseMetadata(OnceLock<Arc<Mutex<Fields>>>);

/// The headers and the trailers.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) headers: Metadata,
    pub(crate) trailers: Metadata,
    /// The kind of the fallback that answered in place of the server.
    pub(crate) fallback: Option<&'static str>,
}

impl ResponseMetadata {
    /// Creates an empty value.
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Locks the fields, allocating them if necessary.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Fields> {
        self.shared().lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the fields; `None` if nothing was ever set.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Fields) -> T) -> Option<T> {
        let fields = self.0.get()?.lock().unwrap_or_else(PoisonError::into_inner);
        Some(read(&fields))
    }

    fn shared(&self) -> &Arc<Mutex<Fields>> {
        self.0.get_or_init(Arc::default)
    }
}

/// Clones share the fields, also those that are set later.
impl Clone for ResponseMetadata {
    fn clone(&self) -> Self {
        Self(OnceLock::from(self.shared().clone()))
    }
}
