//! Services and a store in which one call fails in a chosen way.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use futures::future::BoxFuture;
use rust_svc::Error;

/// The faults of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process ends before the call.
    CrashBefore,
    /// The process ends after the call, before its response.
    CrashAfter,
    /// The call takes effect, and its response is lost.
    LostAnswer,
    /// The call fails without effect.
    Error,
    /// The caller gives up, and the call takes effect much later.
    Stall,
}

impl Fault {
    pub(crate) const ALL: [Self; 5] = [Self::CrashBefore, Self::CrashAfter, Self::LostAnswer, Self::Error, Self::Stall];
}

/// A defect of the compensation, which the sweep has to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// An order is undone without the word of dispatch.
    UndoesWithoutDispatch,
    /// Stock is not returned.
    ForgetsToReturn,
    /// Stock is not shipped.
    ForgetsToShip,
    /// A repeated reservation is a second one.
    ReservesTwice,
}

type Delayed = BoxFuture<'static, ()>;

/// Fails the call with a number. Clones share the count.
#[derive(Clone)]
pub(crate) struct Faults {
    state: Arc<State>,
}

struct State {
    target: Option<(usize, Fault)>,
    defect: Option<Defect>,
    calls: AtomicUsize,
    has_crashed: AtomicBool,
    delayed: Mutex<Vec<Delayed>>,
    log: Mutex<Vec<&'static str>>,
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Faults {
    pub(crate) fn new(target: Option<(usize, Fault)>, defect: Option<Defect>) -> Self {
        let (calls, has_crashed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (delayed, log, counts) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { state: Arc::new(State { target, defect, calls, has_crashed, delayed, log, counts }) }
    }

    /// The names of the calls so far.
    pub(crate) fn log(&self) -> Vec<&'static str> {
        lock(&self.state.log).clone()
    }

    /// Counts a call that does not fail.
    pub(crate) fn count(&self, name: &'static str) {
        *lock(&self.state.counts).entry(name).or_default() += 1;
    }

    /// The number of calls of each name so far.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, usize> {
        lock(&self.state.counts).clone()
    }

    /// Whether the process has ended. A new one starts then.
    pub(crate) fn take_crash(&self) -> bool {
        self.state.has_crashed.swap(false, Relaxed)
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.state.defect == Some(defect)
    }

    /// Makes the calls that were delayed.
    pub(crate) async fn deliver_delayed(&self) {
        let delayed = std::mem::take(&mut *lock(&self.state.delayed));
        for call in delayed {
            call.await;
        }
    }

    /// Makes a call, unless it is the one that fails.
    pub(crate) async fn call<T, E>(
        &self,
        name: &'static str,
        call: impl Future<Output = Result<T, E>> + Send + 'static,
        failure: impl FnOnce() -> E,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let number = self.state.calls.fetch_add(1, Relaxed);
        lock(&self.state.log).push(name);
        self.count(name);
        let fault = self.state.target.filter(|(target, _)| *target == number).map(|(_, fault)| fault);
        match fault {
            None => call.await,
            Some(Fault::CrashBefore) => self.crash().await,
            Some(Fault::CrashAfter) => {
                let _ = call.await;
                self.crash().await
            }
            Some(Fault::LostAnswer) => {
                let _ = call.await;
                Err(failure())
            }
            Some(Fault::Error) => Err(failure()),
            Some(Fault::Stall) => {
                lock(&self.state.delayed).push(Box::pin(async { drop(call.await) }));
                Err(failure())
            }
        }
    }

    /// Never returns, like a process that has ended.
    async fn crash<T>(&self) -> T {
        self.state.has_crashed.store(true, Relaxed);
        std::future::pending().await
    }
}

/// The error of a store without space.
pub(crate) fn full_disk<E: From<sqlx::Error>>() -> E {
    E::from(sqlx::Error::Io(std::io::Error::other("the disk is full")))
}

/// The error of a call whose response is lost.
pub(crate) fn lost() -> Error {
    Error::unavailable("the response was lost")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
