//! Half a minute of retries and breaker states over HTTP/2 in memory, on a paused clock.

use std::time::{Duration, Instant};

use bench::{
    error::Result,
    stacks::echo::{EchoService, EchoServiceClient, EchoServiceFake, echo_service::ECHO},
};
use rust_svc::{Breaker, Context, Error, Method, Retry, Server, client::BreakerState};
use tokio::{runtime::Builder, time};

use super::{output::print, service};
use crate::figure::{Goal, Unit, median};

/// The most real time of the outage, in seconds.
const REAL: f64 = 0.1;
/// The time of the outage.
const OUTAGE: Duration = Duration::from_secs(30);

/// Measures the real time of an outage and of the recovery from it.
pub(super) fn measure(turns: usize) -> Result<()> {
    let times = (0..turns).map(|_| turn()).collect::<Result<Vec<_>>>()?;
    print("fake/outage-30s/real".into(), Unit::Seconds, median(times), None, Goal::AtMost(REAL));
    Ok(())
}

fn turn() -> Result<f64> {
    let start = Instant::now();
    Builder::new_current_thread().enable_all().start_paused(true).build()?.block_on(outage())?;
    Ok(start.elapsed().as_secs_f64())
}

async fn outage() -> Result<()> {
    let method = ECHO.idempotent().timeout_ms(5000).retry(Retry::new(3).backoff_ms(500, 2000, 2.0));
    let method = method.breaker(Breaker::new().min_calls(3).open_ms(5000));
    let (fake, start) = (EchoServiceFake::new(), time::Instant::now());
    fake.echo.returns_with(move |_| async move {
        time::sleep(Duration::from_millis(10)).await;
        if start.elapsed() < OUTAGE { Err(Error::unavailable("restarting")) } else { Ok(service::response()) }
    });
    let server = Server::new().adapter(&fake).in_memory()?;
    let client = server.client_builder().method(method).build()?;
    recover(&EchoServiceClient::new(client), &method, start).await
}

/// Calls until the breaker has been open, and is closed again.
async fn recover(client: &EchoServiceClient, method: &Method, start: time::Instant) -> Result<()> {
    let mut was_open = false;
    loop {
        let is_answered = client.echo(Context::new(), service::request()).await.is_ok();
        let state = client.0.breaker(method).map(|breaker| breaker.state());
        was_open |= state == Some(BreakerState::Open);
        if is_answered && was_open && state == Some(BreakerState::Closed) {
            return Ok(());
        }
        if start.elapsed() > 10 * OUTAGE {
            return Err(format!("the breaker does not close: {state:?}").into());
        }
        time::sleep(Duration::from_millis(250)).await;
    }
}
