//! The part of a session that its fakes write to.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::{failures::Failures, log::CallLog};
use crate::fake::{script::ScriptLocation, sweep::Injection};

/// The part of a session that its fakes write to.
pub(in crate::fake) struct SessionState {
    is_strict: bool,
    has_zero: bool,
    is_closed: AtomicBool,
    members: AtomicUsize,
    /// The fault of a run of a sweep.
    pub(in crate::fake) injection: OnceLock<Arc<Injection>>,
    pub(in crate::fake) log: CallLog,
    pub(in crate::fake) failures: Failures,
}

/// The fake of a method, as its session sees it.
pub(in crate::fake) trait SessionMember: Send + Sync {
    /// Describes each script that was not used as it says.
    fn unmet(&self) -> Vec<String>;

    /// Describes the same. A script that still runs is described once.
    fn take_unmet(&self) -> Vec<String>;

    /// Forgets scripts and calls.
    fn reset(&self);
}

impl SessionState {
    pub(in crate::fake) fn new(is_strict: bool, has_zero: bool) -> Self {
        Self {
            is_strict,
            has_zero,
            is_closed: AtomicBool::new(false),
            members: AtomicUsize::new(0),
            injection: OnceLock::new(),
            log: CallLog::default(),
            failures: Failures::default(),
        }
    }

    pub(in crate::fake) fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// Returns whether calls without a script get responses with empty fields.
    pub(in crate::fake) fn has_zero(&self) -> bool {
        self.has_zero
    }

    /// Returns the number of a new fake, so that fakes of one method are distinct.
    pub(in crate::fake) fn add_member(&self) -> usize {
        self.members.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends the session: it is not verified again.
    pub(in crate::fake) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    pub(in crate::fake) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Checks that a script can still be verified.
    ///
    /// # Panics
    ///
    /// If the session is strict and was dropped: a mistake in the test.
    #[track_caller]
    pub(in crate::fake) fn assert_open(&self, location: &ScriptLocation) {
        let is_closed = self.is_strict && self.is_closed();
        assert!(
            !is_closed,
            "{location}: the strict session of this fake is dropped: keep it in a variable of the test"
        );
    }
}

impl fmt::Debug for SessionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionState").field("is_strict", &self.is_strict).finish_non_exhaustive()
    }
}
