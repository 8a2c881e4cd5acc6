//! Typed values that a process attaches to a call.

use std::{any::Any, fmt, sync::Arc};

/// Values of any type, at most one visible for each type: the one inserted last.
#[derive(Clone, Default)]
pub(crate) struct Extensions(Option<Arc<Extension<dyn Any + Send + Sync>>>);

struct Extension<T: ?Sized> {
    next: Extensions,
    value: T,
}

impl Extensions {
    /// Creates an empty list.
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// Adds a value, which hides an earlier one of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        let next = std::mem::take(self);
        self.0 = Some(Arc::new(Extension { next, value }));
    }

    /// Returns the value of this type.
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.all().find_map(<dyn Any + Send + Sync>::downcast_ref)
    }

    fn all(&self) -> impl Iterator<Item = &(dyn Any + Send + Sync)> {
        std::iter::successors(self.0.as_deref(), |node| node.next.0.as_deref()).map(|node| &node.value)
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.all().count())
    }
}
