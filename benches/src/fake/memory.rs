//! The memory that a fake keeps.

use bench::{error::Result, stacks::echo::EchoService};
use nix::sys::resource::{UsageWho, getrusage};
use rust_svc::Context;
use tokio::runtime::Builder;

use super::{output::print, service};
use crate::figure::{Goal, Unit};

/// The most that the peak of memory may grow by, in bytes. A fake keeps its newest 1,000 calls.
const BOUND: f64 = 8e6;

/// Makes many calls of one fake.
pub(super) fn measure(count: usize) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let fake = service::fake(1);
    let before = peak()?;
    runtime.block_on(async {
        for _ in 0..count {
            let _ = fake.echo(Context::new(), service::request()).await;
        }
    });
    fake.echo.called(count);
    print(format!("fake/memory/{count}-calls"), Unit::Bytes, peak()? - before, None, Goal::AtMost(BOUND));
    Ok(())
}

/// Returns the peak of memory of this process, in bytes.
fn peak() -> Result<f64> {
    // Linux counts kilobytes.
    Ok(getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as f64 * 1024.0)
}
