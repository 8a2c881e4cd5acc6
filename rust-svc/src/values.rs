//! What a process keeps with a call, by its type.

use std::{any::Any, fmt, sync::Arc};

/// Values of any type, at most one of each.
#[derive(Clone, Default)]
pub(crate) struct Values(Arc<Vec<Arc<dyn Any + Send + Sync>>>);

impl Values {
    /// Puts a value in the place of the one of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        let values = Arc::make_mut(&mut self.0);
        values.retain(|other| !other.is::<T>());
        values.push(Arc::new(value));
    }

    /// The value of this type.
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.iter().find_map(|value| value.downcast_ref())
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}
