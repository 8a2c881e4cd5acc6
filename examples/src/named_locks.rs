//! Locks by name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

/// A lock for each name, kept while it is held or awaited. Clones share the locks.
#[derive(Clone, Debug, Default)]
pub struct NamedLocks(Arc<Mutex<HashMap<String, Weak<Lock<()>>>>>);

impl NamedLocks {
    /// Acquires the lock of a name, until the guard is dropped.
    pub async fn lock(&self, name: &str) -> OwnedMutexGuard<()> {
        self.get(name).lock_owned().await
    }

    fn get(&self, name: &str) -> Arc<Lock<()>> {
        let mut named_locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = named_locks.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        named_locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(Lock::new(()));
        named_locks.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::NamedLocks;

    #[tokio::test]
    async fn a_name_has_one_holder() {
        let named_locks = NamedLocks::default();
        let held = named_locks.lock("a").await;
        assert!(named_locks.lock("b").now_or_never().is_some());
        assert!(named_locks.lock("a").now_or_never().is_none());
        drop(held);
        assert!(named_locks.lock("a").now_or_never().is_some());
    }

    #[tokio::test]
    async fn unused_locks_are_removed() {
        let named_locks = NamedLocks::default();
        for number in 0..100 {
            drop(named_locks.lock(&number.to_string()).await);
        }
        assert_eq!(named_locks.0.lock().expect("not poisoned").len(), 1);
    }
}
