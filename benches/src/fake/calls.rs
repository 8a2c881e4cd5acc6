//! The time of a call.

use std::time::{Duration, Instant};

use bench::{error::Result, stacks::echo::EchoService};
use rust_svc::Context;
use tokio::runtime::Builder;

use super::{
    output::print,
    service::{PlainEcho, fake, request, response},
};
use crate::figure::{Goal, RunLength, Unit, median};

/// The scripts before the one that responds.
const SCRIPTS: u64 = 10;
/// The time that a call of a fake may take beyond the plain call, in seconds.
const MORE: f64 = 2e-6;

/// Compares the time of calls.
pub(super) fn measure(length: RunLength) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let (plain, one, many) = (PlainEcho(response()), fake(0), fake(SCRIPTS));
    let turn = |service: &dyn EchoService| runtime.block_on(turn(service, length.millis));
    let turns: Vec<_> = (0..length.turns).map(|_| [turn(&plain), turn(&one), turn(&many)]).collect();
    let of = |service: usize| median(turns.iter().map(|turn| turn[service]));
    print("fake/call/1-script".into(), Unit::Seconds, of(1), Some(of(0)), Goal::More(MORE));
    print(format!("fake/call/{}-scripts", SCRIPTS + 1), Unit::Seconds, of(2), Some(of(0)), Goal::More(MORE));
    Ok(())
}

/// Returns the time of a call, in seconds.
async fn turn(service: &dyn EchoService, millis: u64) -> f64 {
    let (start, length, mut calls) = (Instant::now(), Duration::from_millis(millis), 0);
    while start.elapsed() < length {
        for _ in 0..50 {
            let _ = service.echo(Context::new(), request()).await;
        }
        calls += 50;
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}
