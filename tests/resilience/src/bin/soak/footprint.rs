//! Resources of a process.

use std::{fmt, fs, time::Duration};

use tokio::{runtime::Handle, time::sleep};

use crate::Failure;

/// The resources that a process holds while it is idle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Footprint {
    files: usize,
    /// In bytes.
    memory: usize,
}

impl Footprint {
    pub(crate) fn now() -> Result<Self, Failure> {
        Ok(Self { files: fs::read_dir("/proc/self/fd")?.count(), memory: memory()? })
    }

    /// Fails if this has more files than `before`, or more memory by over `growth` bytes.
    pub(crate) fn compare(&self, before: &Self, growth: usize) -> Result<(), Failure> {
        if self.files > before.files || self.memory > before.memory + growth {
            return Err(format!("something is left: {before} became {self}").into());
        }
        Ok(())
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files and {} MiB", self.files, self.memory >> 20)
    }
}

/// The memory that is in use, in bytes.
fn memory() -> Result<usize, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("VmRSS is missing")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<usize>()? * 1024)
}

/// The number of tasks, without the calling one.
pub(crate) fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits until something holds. Fails with `otherwise` if it does not within a minute.
pub(crate) async fn settled(otherwise: &str, holds: impl Fn() -> bool) -> Result<(), Failure> {
    for _ in 0..600 {
        if holds() {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    Err(format!("{otherwise}: {} tasks", tasks()).into())
}
