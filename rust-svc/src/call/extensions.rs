//! What a process keeps with a call, by its type.

use std::{any::Any, fmt, sync::Arc};

/// Extensions of any type, of which the last one of a type counts.
#[derive(Clone, Default)]
pub(crate) struct Extensions(Option<Arc<Node<dyn Any + Send + Sync>>>);

struct Node<T: ?Sized> {
    next: Extensions,
    value: T,
}

impl Extensions {
    /// No value.
    pub(crate) const fn new() -> Self {
        Self(None)
    }

    /// Puts a value before the one of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        let next = std::mem::take(self);
        self.0 = Some(Arc::new(Node { next, value }));
    }

    /// The value of this type.
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
