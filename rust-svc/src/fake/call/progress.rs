//! The progress of scripts in the calls that they respond to.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use crate::fake::{lock::lock, script::ScriptLocation};

/// The progress of a script in one call, so that a script which was cut short can be reported.
#[derive(Debug)]
pub(in crate::fake) struct ScriptRun {
    pub(in crate::fake) location: ScriptLocation,
    /// The number of calls that the script responds to.
    used: Arc<AtomicUsize>,
    position: Mutex<Position>,
    /// Whether the script waits for nothing more: it is complete, or the test has taken the call.
    may_end: AtomicBool,
    /// Whether the call may end at any time.
    may_be_interrupted: AtomicBool,
    sent: AtomicUsize,
    read: AtomicUsize,
    given_up: Notify,
}

/// The point that a script has reached.
#[derive(Clone, Copy, Debug)]
pub(in crate::fake) enum Position {
    Start,
    Delay(Duration),
    Gate,
    Requests,
    Queue,
    Step { number: usize, of: usize, name: &'static str },
}

impl ScriptRun {
    pub(in crate::fake) fn new(location: ScriptLocation, used: Arc<AtomicUsize>) -> Self {
        let position = Mutex::new(Position::Start);
        let (sent, read) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (may_end, may_be_interrupted) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { location, used, position, may_end, may_be_interrupted, sent, read, given_up: Notify::new() }
    }

    /// Gives the call back that the script was to respond to.
    pub(in crate::fake) fn release(&self) {
        self.used.fetch_sub(1, Ordering::AcqRel);
    }

    /// Notes that the caller may leave at any time.
    pub(in crate::fake) fn allow_interruption(&self) {
        self.may_be_interrupted.store(true, Ordering::Release);
    }

    /// Gives the script up, since the test forgets it.
    fn give_up(&self) {
        self.allow_interruption();
        self.given_up.notify_one();
    }

    /// Completes when the test forgets the script.
    pub(in crate::fake) async fn given_up(&self) {
        self.given_up.notified().await;
    }

    /// Notes the point that the script has reached.
    pub(in crate::fake) fn reach(&self, position: Position) {
        *lock(&self.position) = position;
    }

    /// Notes that the script has nothing left that the caller must wait for, but the messages that it has sent.
    pub(in crate::fake) fn complete(&self) {
        self.may_end.store(true, Ordering::Release);
    }

    /// Notes that a message is about to be sent.
    pub(in crate::fake) fn send(&self) {
        self.sent.fetch_add(1, Ordering::AcqRel);
    }

    /// Notes that the caller has read a message.
    pub(in crate::fake) fn read(&self) {
        self.read.fetch_add(1, Ordering::AcqRel);
    }

    /// Returns whether nothing is left that the caller must wait for, but the messages that were sent.
    pub(in crate::fake) fn may_end(&self) -> bool {
        self.may_end.load(Ordering::Acquire)
    }

    pub(in crate::fake) fn is_complete(&self) -> bool {
        self.may_be_interrupted.load(Ordering::Acquire) || (self.may_end() && self.unread() == 0)
    }

    fn unread(&self) -> usize {
        self.sent.load(Ordering::Acquire).saturating_sub(self.read.load(Ordering::Acquire))
    }
}

/// Displays as in ``at step 2 of 4, `wait`; 1 message was not read``.
impl fmt::Display for ScriptRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.may_end() {
            write!(f, "{}", *lock(&self.position))?;
        } else {
            f.write_str("at its end")?;
        }
        match self.unread() {
            0 => Ok(()),
            1 => f.write_str("; 1 message was not read"),
            unread => write!(f, "; {unread} messages were not read"),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("before its first step"),
            Self::Delay(duration) => write!(f, "in its delay of {duration:?}"),
            Self::Gate => f.write_str("at a closed gate"),
            Self::Requests => f.write_str("while it read the requests"),
            Self::Queue => f.write_str("while the call waited for the test to take it"),
            Self::Step { number, of, name } => write!(f, "at step {number} of {of}, `{name}`"),
        }
    }
}

/// The scripts of a method that respond to a call right now, by the number of the call.
#[derive(Debug, Default)]
pub(in crate::fake) struct RunningScripts(Mutex<Vec<(usize, Arc<ScriptRun>)>>);

impl RunningScripts {
    pub(in crate::fake) fn add(&self, number: usize, run: Arc<ScriptRun>) {
        lock(&self.0).push((number, run));
    }

    /// Removes a script.
    pub(in crate::fake) fn remove(&self, run: &Arc<ScriptRun>) {
        let mut running = lock(&self.0);
        // Short calls are among the newest.
        if let Some(index) = running.iter().rposition(|(_, other)| Arc::ptr_eq(other, run)) {
            running.swap_remove(index);
        }
    }

    /// Returns the scripts that are not complete, by the number of the call.
    pub(in crate::fake) fn incomplete(&self) -> Vec<(usize, Arc<ScriptRun>)> {
        let running = lock(&self.0);
        let incomplete = running.iter().filter(|(_, run)| !run.is_complete());
        let mut incomplete: Vec<_> = incomplete.cloned().collect();
        incomplete.sort_by_key(|(number, _)| *number);
        incomplete
    }

    /// Lets the calls end at any time, since their scripts were reported.
    pub(in crate::fake) fn allow_interruption(&self) {
        lock(&self.0).iter().for_each(|(_, run)| run.allow_interruption());
    }

    /// Gives all scripts up.
    pub(in crate::fake) fn clear(&self) {
        std::mem::take(&mut *lock(&self.0)).iter().for_each(|(_, run)| run.give_up());
    }
}
