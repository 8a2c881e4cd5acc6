//! This project's client with call policies, and nothing else around its calls.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use rust_svc::{Breaker, Bulkhead, Client, Context, Method, Retry, adapter::Routes};

use super::{
    generated::echo::bench::wire::v1::{
        EchoRequest, EchoService, EchoServiceClient, RepeatRequest, echo_service, echo_service_adapter,
    },
    ours::OurEcho,
    stack::{Caller, check},
};
use crate::{error::Result, request};

/// The calls between two reads of the clock.
const BATCH: u32 = 1000;

/// The policies of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Policies {
    /// None.
    None,
    /// A closed circuit breaker.
    Breaker,
    /// An open circuit breaker, which rejects all calls.
    Open,
    /// Deadlines, retries, a circuit breaker that counts slow calls, a bulkhead and limits of sizes.
    All,
}

impl Policies {
    fn method(self) -> Method {
        let mut echo = echo_service::ECHO;
        if self != Self::All {
            echo.timeout = None;
            return if self == Self::None { echo.no_breaker() } else { echo };
        }
        let echo = echo.max_timeout_ms(20_000).attempt_timeout_ms(5000).idempotent().retry(Retry::new(3));
        let echo = echo.breaker(Breaker::DEFAULT.slow_ms(1000, 80)).bulkhead(Bulkhead::new(1000));
        echo.max_request_bytes(1_000_000).max_response_bytes(1_000_000)
    }

    /// Creates a client of the service in this process.
    pub(super) fn in_process(self) -> Result<PolicyCaller> {
        let service = Routes::from(echo_service_adapter(Arc::new(OurEcho)));
        self.caller(Client::builder("http://in.process").method(self.method()).build_from_service(service)?)
    }

    /// Creates a client of a server at this port.
    pub(super) fn remote(self, port: u16) -> Result<PolicyCaller> {
        self.caller(Client::builder(format!("http://127.0.0.1:{port}")).method(self.method()).build()?)
    }

    fn caller(self, client: Client) -> Result<PolicyCaller> {
        if self == Self::Open {
            client.breaker(&self.method()).ok_or("there is no circuit breaker")?.force_open();
        }
        Ok(PolicyCaller { service: EchoServiceClient(client), is_open: self == Self::Open })
    }
}

/// A client with these policies.
#[derive(Clone)]
pub(super) struct PolicyCaller {
    service: EchoServiceClient,
    is_open: bool,
}

impl Caller for PolicyCaller {
    async fn echo(&mut self) -> Result<()> {
        match self.service.echo(Context::new(), request!(EchoRequest)).await {
            Ok(response) => check(response.number),
            Err(_) if self.is_open => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn repeat(&mut self, times: u32) -> Result<()> {
        let mut messages = self.service.repeat(Context::new(), RepeatRequest { message: None, times }).await?;
        while messages.message().await?.is_some() {}
        Ok(())
    }
}

/// Returns the mean time of a call, in seconds. The clock is read once for many calls.
pub(super) async fn mean(mut caller: impl Caller, duration: Duration) -> Result<f64> {
    batch(&mut caller).await?;
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < duration {
        batch(&mut caller).await?;
        calls += BATCH;
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(calls))
}

async fn batch(caller: &mut impl Caller) -> Result<()> {
    for _ in 0..BATCH {
        caller.echo().await?;
    }
    Ok(())
}

/// Returns the calls per second of threads that share a client.
pub(super) fn threads(caller: &PolicyCaller, threads: usize, duration: Duration) -> Result<f64> {
    let times = thread::scope(|scope| {
        let run = || scope.spawn(|| in_thread(caller.clone(), duration));
        let running: Vec<_> = (0..threads).map(|_| run()).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".into())))
            .collect::<Result<Vec<_>>>()
    })?;
    Ok(times.into_iter().map(f64::recip).sum())
}

fn in_thread(caller: PolicyCaller, duration: Duration) -> Result<f64> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(mean(caller, duration))
}
