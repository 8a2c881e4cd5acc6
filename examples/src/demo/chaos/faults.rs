//! Faults, one after another.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep};

use super::super::{live::LiveDemo, services::Services};
use crate::node::BoxError;

/// The kinds of faults.
const FAULTS: [&str; 7] = ["kill", "restart", "stall", "latency", "errors", "lost answers", "full disk"];

/// Injects faults for a time. Returns what was done, a line each. Afterwards all services are up and have no faults.
pub(super) async fn inject(live: &LiveDemo, random: &mut Rng, time: Duration) -> Result<Vec<String>, BoxError> {
    let begun = Instant::now();
    let mut log = Vec::new();
    while begun.elapsed() < time {
        sleep(Duration::from_millis(random.u64(100..1_000))).await;
        let fault = FAULTS[random.usize(0..FAULTS.len())];
        let service = Services::NAMES[random.usize(0..Services::NAMES.len())];
        let line = format!("{:5.1} s  {service}: {fault}", begun.elapsed().as_secs_f64());
        println!("   {line}");
        log.push(line);
        cause(live, random, service, fault).await?;
    }
    Ok(log)
}

async fn cause(live: &LiveDemo, random: &mut Rng, service: &str, fault: &str) -> Result<(), BoxError> {
    let hold = Duration::from_millis(random.u64(300..2_500));
    let mut services = live.services.lock().await;
    match fault {
        "kill" => {
            services.kill(service).await?;
            sleep(hold).await;
            services.restart(service).await
        }
        "restart" => {
            services.stop(service).await;
            services.restart(service).await
        }
        "stall" => {
            services.freeze(service, true);
            sleep(hold).await;
            services.freeze(service, false);
            Ok(())
        }
        "latency" => for_a_time(&mut services, service, ["latency 700", "latency 0"], hold).await,
        "errors" => for_a_time(&mut services, service, ["errors 40", "errors 0"], hold).await,
        "lost answers" => for_a_time(&mut services, service, ["lost 40", "lost 0"], hold).await,
        _ => for_a_time(&mut services, service, ["disk full", "disk free"], hold).await,
    }
}

async fn for_a_time(
    services: &mut Services,
    name: &str,
    [fault, end]: [&str; 2],
    hold: Duration,
) -> Result<(), BoxError> {
    services.command(name, fault).await?;
    sleep(hold).await;
    services.command(name, end).await
}
