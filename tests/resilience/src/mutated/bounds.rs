//! The time and memory that a response may take. Without `/proc`, they are not bounded.

use std::fs;

use super::judge::Fault;

/// The size up to which a request is bounded, in bytes.
const BOUNDED_SIZE: usize = 1024 * 1024;

/// The most processor time, in ticks of a hundredth of a second.
const MAX_TICKS: u64 = 200;

/// The most memory of the process, in KiB.
const MAX_KIB: u64 = 512 * 1024;

/// Runs a closure for a request. Fails if it takes more than 2 s of processor time, or if the process has more than 512 MiB.
pub fn bounded<T>(request: &[u8], run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // The peak begins anew.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = ticks();
    let result = run();
    let (ticks, kib) = (ticks().saturating_sub(before), peak());
    if request.len() > BOUNDED_SIZE {
        return result;
    }
    match (ticks > MAX_TICKS, kib > MAX_KIB) {
        (true, _) => Err(exceeded("a response takes at most 2 s", format!("{}.{:02} s", ticks / 100, ticks % 100))),
        (_, true) => Err(exceeded("a response takes at most 512 MiB", format!("{} MiB", kib / 1024))),
        (false, false) => result,
    }
}

fn exceeded(rule: &'static str, detail: String) -> Fault {
    Fault { rule, detail }
}

/// The processor time of all threads so far.
fn ticks() -> u64 {
    let status = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = status.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// The most memory since the peak began anew, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{bounded, peak, ticks};

    #[test]
    fn time_and_memory_are_measured() {
        let before = ticks();
        while ticks() < before + 2 {}
        assert!(peak() > 0);
    }

    #[test]
    fn much_memory_is_a_fault() {
        let allocate = || Ok(vec![1_u8; 600 * 1024 * 1024].len());
        let fault = bounded(b"", allocate).expect_err("more than 512 MiB");
        assert_eq!(fault.rule, "a response takes at most 512 MiB");
        assert!(bounded(b"", || Ok(())).is_ok());
    }
}
