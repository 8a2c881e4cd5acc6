//! Values that are reloaded when their sources change.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::source::PemSource;
use crate::Result;

/// A value that is made from sources, and again when they change.
#[derive(Clone)]
pub(crate) struct Reloadable<T>(Arc<Mutex<Option<LoadedValue<T>>>>);

struct LoadedValue<T> {
    sources: Vec<Arc<[u8]>>,
    value: Arc<T>,
}

impl<T> Reloadable<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Returns the current value; `None` before the first load.
    pub(crate) fn current(&self) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|loaded| loaded.value.clone())
    }

    /// Reads the sources, makes a new value if they changed, and returns whether they did. The old value stays if that
    /// fails.
    pub(crate) fn reload<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a PemSource>,
        make: impl FnOnce(&[Arc<[u8]>]) -> Result<T>,
    ) -> Result<bool> {
        let sources = sources.into_iter().map(PemSource::read).collect::<Result<Vec<_>>>()?;
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.as_ref().is_some_and(|loaded| loaded.sources == sources) {
            return Ok(false);
        }
        let value = Arc::new(make(&sources)?);
        *loaded = Some(LoadedValue { sources, value });
        Ok(true)
    }
}

impl<T> fmt::Debug for Reloadable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloadable").finish_non_exhaustive()
    }
}
