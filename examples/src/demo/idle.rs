//! The command `idle`: places orders that no courier accepts, and prints the CPU usage of the processes without traffic.

use std::{fs, time::Duration};

use futures::{TryStreamExt, stream};
use tokio::time::sleep;

use super::{
    live::{LiveDemo, Pace},
    services::{Services, order},
};
use crate::{access::Role, node::BoxError};

/// No couriers, for whom dispatch searches longer than the command runs, and no customers.
const NOBODY: Pace = Pace { couriers: 0, dispatch: &["--search-for", "86400"], ..Pace::WATCHED.without_customers() };
/// The number of orders that are placed at the same time.
const CONCURRENCY: usize = 16;
/// The time for the last steps of the orders.
const SETTLING: Duration = Duration::from_secs(5);
/// The unit of the processor times of Linux.
const TICK: Duration = Duration::from_millis(10);

/// Arguments of `idle`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct IdleCommand {
    /// The number of orders
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    orders: u16,
    /// How long to measure
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

impl IdleCommand {
    pub(super) async fn run(self) -> Result<(), BoxError> {
        let live = LiveDemo::start(NOBODY, 0).await?;
        self.measure(&*live.services.lock().await).await?;
        if live.stop().await { Ok(()) } else { Err("the processes did not stop".into()) }
    }

    async fn measure(&self, services: &Services) -> Result<(), BoxError> {
        let orders = stream::iter((0..self.orders).map(Ok));
        orders.try_for_each_concurrent(CONCURRENCY, |number| place(services, number)).await?;
        sleep(SETTLING).await;
        let before = processor_times(services)?;
        sleep(Duration::from_secs(self.seconds)).await;
        let mut total = 0.0;
        for ((name, before), (_, after)) in before.into_iter().zip(processor_times(services)?) {
            let percent = 100.0 * (after - before).as_secs_f64() / self.seconds as f64;
            println!("{name:10} {percent:5.2} % of a core");
            total += percent;
        }
        check_open(services).await?;
        println!("{total:.2} % of a core with {} open orders", self.orders);
        Ok(())
    }
}

/// Places the one order of a customer.
async fn place(services: &Services, number: u16) -> Result<(), BoxError> {
    // Twice as much tea is counted as cups.
    let (customer, product) = (customer(number), if number.is_multiple_of(3) { "cup" } else { "tea" });
    let mut body = order("idle", product, 1);
    body["customerId"] = customer.as_str().into();
    let reply = services.http("gateway", Role::Customer, &customer).post("/v1/orders", &body).await?;
    if reply.status == 200 { Ok(()) } else { Err(format!("order {number} was not placed: {}", reply.body).into()) }
}

fn customer(number: u16) -> String {
    format!("customer-{number}")
}

/// Fails if the first order does not wait for a courier.
async fn check_open(services: &Services) -> Result<(), BoxError> {
    let reply = services.http("gateway", Role::Customer, &customer(0)).get("/v1/orders").await?;
    match reply.body["orders"][0]["status"].as_str() {
        Some("STATUS_DISPATCHING") => Ok(()),
        status => Err(format!("the orders do not wait for a courier: {status:?}").into()),
    }
}

/// The processor time of each process so far. Fails where the system is not Linux.
fn processor_times(services: &Services) -> Result<Vec<(&'static str, Duration)>, BoxError> {
    let of = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name of the program, in parentheses, may have blanks. Behind it are the state and, later, user and system time.
        let times = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
        let ticks = times.map(|ticks| ticks.parse::<u32>().ok()).sum::<Option<u32>>()?;
        Some(TICK * ticks)
    };
    let time = |name, id| Ok((name, of(id).ok_or("only Linux tells the processor time of a process")?));
    services.processes().map(|process| time(process.name, process.id())).collect()
}
