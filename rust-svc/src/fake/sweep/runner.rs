//! Runs a scenario with each fault.

use std::{
    any::Any,
    env,
    fmt::{Debug, Write},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures::FutureExt;
use tokio::time;

use super::{
    injection::{CallPoint, Injection},
    sweep_fault::SweepFault,
};
use crate::{Result, fake::Session};

/// The variable of the environment that names the only run of a sweep.
const VARIABLE: &str = "RUST_SVC_SWEEP";

/// How long one run may take, in tokio's time.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// The most failures that are shown.
const MAX_SHOWN: usize = 20;

/// Runs one scenario once for each call of its fakes and each fault, to find failures that nobody thought of.
///
/// The scenario makes fakes or spies in the session, calls the code under test, and checks its invariants: it fails by an
/// error or a panic. The first run has no fault, and its session is strict. In the others one call fails, so the code under
/// test may fail too, but the invariants must hold.
///
/// ```
/// # use rust_svc::{Context, Error, Method, fake::{Session, Sweep, Unary}};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let runs = Sweep::new().run(async |session: &Session| {
///     let charge: Unary<u32, u32> = session.fake(Method::unary("/payment.v1.PaymentService/Charge"));
///     charge.always(1);
///     let paid = charge.unary(Context::new(), 5).await;
///     if paid.is_ok() || charge.calls().len() == 1 { Ok(()) } else { Err("no call") }
/// }).await;
/// assert_eq!(runs, 6);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a sweep does nothing until it runs"]
pub struct Sweep {
    faults: Vec<SweepFault>,
    only: Option<String>,
}

impl Default for Sweep {
    fn default() -> Self {
        Self::new()
    }
}

impl Sweep {
    /// Creates a sweep with these faults: `UNAVAILABLE` before and after a call, `DEADLINE_EXCEEDED` after it, `INTERNAL`
    /// before it, and `UNAVAILABLE` from a call on. The environment may name one run in `RUST_SVC_SWEEP`.
    pub fn new() -> Self {
        Self { faults: SweepFault::usual(), only: env::var(VARIABLE).ok().filter(|seed| !seed.is_empty()) }
    }

    /// Sets the faults.
    pub fn faults(mut self, faults: impl IntoIterator<Item = SweepFault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// Runs only the run of this seed, such as `order.v1.OrderService/PlaceOrder#1=unavailable-after`.
    pub fn only(mut self, seed: impl Into<String>) -> Self {
        self.only = Some(seed.into());
        self
    }

    /// Runs the scenario, and returns the number of runs.
    ///
    /// # Panics
    ///
    /// If a run fails: with the method, call and fault of each, and the seed that repeats it. If the run without a fault
    /// fails, or if no run has the seed.
    pub async fn run<E: Debug>(self, scenario: impl AsyncFn(&Session) -> Result<(), E>) -> usize {
        let calls = baseline(&scenario).await;
        let points = calls.iter().flat_map(|call| self.faults.iter().map(move |fault| (call.clone(), fault.clone())));
        let points: Vec<_> = points.filter(|(call, fault)| self.includes(call, fault)).collect();
        let is_known = !points.is_empty() || self.only.is_none();
        assert!(is_known, "no run of the sweep has the seed `{}`", self.only.unwrap_or_default());
        let (mut failures, runs) = (Vec::new(), points.len() + 1);
        for (call, fault) in points {
            let seed = seed(&call, &fault);
            if let Err(reason) = run_with(&scenario, call, fault).await {
                failures.push((seed, reason));
            }
        }
        assert!(failures.is_empty(), "{}", report(&failures, runs));
        runs
    }

    fn includes(&self, call: &CallPoint, fault: &SweepFault) -> bool {
        self.only.as_ref().is_none_or(|only| *only == seed(call, fault))
    }
}

/// Runs the scenario without a fault, and returns its calls.
async fn baseline<E: Debug>(scenario: &impl AsyncFn(&Session) -> Result<(), E>) -> Vec<CallPoint> {
    let injection = Arc::new(Injection::new(None));
    let session = Session::new().with_injection(injection.clone());
    if let Err(reason) = play(scenario, &session).await {
        session.reset();
        panic!("the scenario fails without a fault: {reason}");
    }
    injection.calls()
}

/// Runs the scenario with a fault. Scripts need not be used up, since the scenario may end early.
async fn run_with<E: Debug>(
    scenario: &impl AsyncFn(&Session) -> Result<(), E>,
    call: CallPoint,
    fault: SweepFault,
) -> Result<(), String> {
    let injection = Arc::new(Injection::new(Some((call, fault))));
    let session = Session::lenient().with_injection(injection.clone());
    let played = play(scenario, &session).await;
    let log = session.log();
    session.reset();
    match (played, injection.was_injected()) {
        (Ok(()), true) => Ok(()),
        (Ok(()), false) => Err("the run does not reach the call: the scenario differs from run to run".to_owned()),
        (Err(reason), _) => Err(format!("{reason}\n      log     {log}")),
    }
}

async fn play<E: Debug>(scenario: &impl AsyncFn(&Session) -> Result<(), E>, session: &Session) -> Result<(), String> {
    let run = AssertUnwindSafe(scenario(session)).catch_unwind();
    match time::timeout(LIMIT, run).await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error))) => Err(format!("{error:?}")),
        Ok(Err(panic)) => Err(message(&*panic)),
        Err(_) => Err(format!("the run takes longer than {LIMIT:?}")),
    }
}

/// Names a run, so that it can be repeated.
fn seed(call: &CallPoint, fault: &SweepFault) -> String {
    format!("{call}={fault}")
}

fn report(failures: &[(String, String)], runs: usize) -> String {
    let mut text = format!("{} of {runs} runs of the sweep failed", failures.len());
    for (seed, reason) in failures.iter().take(MAX_SHOWN) {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {seed}\n      {reason}\n      repeat  {VARIABLE}='{seed}'");
    }
    if failures.len() > MAX_SHOWN {
        let _ = write!(text, "\n  and {} more", failures.len() - MAX_SHOWN);
    }
    text
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}
