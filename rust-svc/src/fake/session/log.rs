//! The log of all calls of a session.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use crate::{
    Method,
    fake::{call::CallEnd, lock::lock},
};

/// The most calls that the log keeps: the newest.
const MAX_ENTRIES: usize = 1000;

/// The most calls that a failure shows: the newest.
const TAIL_LENGTH: usize = 20;

/// The calls of all fakes of a session, in the order in which they arrived. It keeps a bounded number of them.
#[derive(Default)]
pub(in crate::fake) struct CallLog(Mutex<EntryList>);

#[derive(Default)]
struct EntryList {
    entries: VecDeque<LogEntry>,
    total: usize,
}

/// A call in the log of a session.
#[derive(Clone)]
pub(in crate::fake) struct LogEntry {
    /// Its number in the session, from 1.
    pub(in crate::fake) number: usize,
    pub(in crate::fake) fake: Arc<LoggedFake>,
    pub(in crate::fake) end: Arc<OnceLock<CallEnd>>,
}

/// The fake of a method, as the log shows it.
#[derive(Debug)]
pub(in crate::fake) struct LoggedFake {
    pub(in crate::fake) method: Method,
    /// The name of the fake, if it has one.
    pub(in crate::fake) name: Option<Arc<str>>,
}

impl CallLog {
    /// Adds a call and returns its number.
    pub(in crate::fake) fn add(&self, fake: Arc<LoggedFake>, end: Arc<OnceLock<CallEnd>>) -> usize {
        let mut kept = lock(&self.0);
        kept.total += 1;
        if kept.entries.len() == MAX_ENTRIES {
            kept.entries.pop_front();
        }
        let number = kept.total;
        kept.entries.push_back(LogEntry { number, fake, end });
        number
    }

    /// Returns the calls that are kept.
    pub(in crate::fake) fn entries(&self) -> Vec<LogEntry> {
        lock(&self.0).entries.iter().cloned().collect()
    }

    /// Forgets all calls.
    pub(in crate::fake) fn clear(&self) {
        *lock(&self.0) = EntryList::default();
    }

    /// Returns the newest calls in one line.
    pub(in crate::fake) fn tail(&self) -> String {
        let kept = lock(&self.0);
        let skipped = kept.entries.len().saturating_sub(TAIL_LENGTH);
        let shown: Vec<_> = kept.entries.iter().skip(skipped).map(ToString::to_string).collect();
        let before = kept.total - shown.len();
        let start = if before > 0 { format!("{before} before | ") } else { String::new() };
        format!("{start}{}", shown.join(" | "))
    }
}

/// Displays as in `#3 CheckStock (eu) UNAVAILABLE 12ms`.
impl fmt::Display for LogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoggedFake { method, name } = &*self.fake;
        write!(f, "#{} {}", self.number, method.name())?;
        if let Some(name) = name {
            write!(f, " ({name})")?;
        }
        match self.end.get() {
            None => f.write_str(" running"),
            Some(CallEnd { outcome, elapsed, .. }) => write!(f, " {outcome}{}", Elapsed(*elapsed)),
        }
    }
}

/// A duration in milliseconds, left out if it is shorter than one.
struct Elapsed(Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX) {
            0 => Ok(()),
            millis => write!(f, " {:?}", Duration::from_millis(millis)),
        }
    }
}
