//! Locks by name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

/// A lock for each name, kept while somebody holds it or waits for it. Its clones are one.
#[derive(Clone, Debug, Default)]
pub struct Locks(Arc<Mutex<HashMap<String, Weak<Lock<()>>>>>);

impl Locks {
    /// Waits until nobody else holds the lock of this name, and holds it until the guard is dropped.
    pub async fn lock(&self, name: &str) -> OwnedMutexGuard<()> {
        self.get(name).lock_owned().await
    }

    fn get(&self, name: &str) -> Arc<Lock<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(Lock::new(()));
        locks.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::Locks;

    #[tokio::test]
    async fn one_name_one_holder() {
        let locks = Locks::default();
        let held = locks.lock("a").await;
        assert!(locks.lock("b").now_or_never().is_some());
        assert!(locks.lock("a").now_or_never().is_none());
        drop(held);
        assert!(locks.lock("a").now_or_never().is_some());
    }

    #[tokio::test]
    async fn what_nobody_holds_is_forgotten() {
        let locks = Locks::default();
        for number in 0..100 {
            drop(locks.lock(&number.to_string()).await);
        }
        assert_eq!(locks.0.lock().expect("not poisoned").len(), 1);
    }
}
