//! The commands `chaos` and `report`.

use std::{fs, path::PathBuf, time::Duration};

use fastrand::Rng;

use super::{
    super::live::{LiveDemo, Pace},
    faults, invariants, report, settle,
};
use crate::node::BoxError;

/// Arguments of `chaos` and `report`.
#[derive(Clone, Debug, clap::Args)]
pub(in super::super) struct ChaosCommand {
    /// The seed of a run, which decides on its faults and on what couriers and customers do; random by default
    #[arg(long)]
    seed: Option<u64>,
    /// How long there are faults
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The file for a page with the results
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl ChaosCommand {
    /// Writes the report to `report.html`, unless a file is given.
    pub(in super::super) fn with_page(self) -> Self {
        Self { out: Some(self.out.unwrap_or_else(|| PathBuf::from("report.html"))), ..self }
    }

    /// Runs until all orders have ended. Fails if an invariant does not hold.
    pub(in super::super) async fn run(self) -> Result<(), BoxError> {
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        println!("chaos: seed {seed}, {} s of faults", self.seconds);
        let live = LiveDemo::start(Pace::HURRIED, seed).await?;
        let log = faults::inject(&live, &mut Rng::with_seed(!seed), Duration::from_secs(self.seconds)).await?;
        settle::settle(&live).await?;
        let found = invariants::check(live).await?;
        for invariant in &found {
            println!(
                "   {} {}: {}",
                if invariant.holds { "ok    " } else { "FAILED" },
                invariant.name,
                invariant.found
            );
        }
        if let Some(out) = &self.out {
            fs::write(out, report::page(seed, self.seconds, &log, &found))?;
            println!("the report is in {}", out.display());
        }
        let failed = found.iter().filter(|invariant| !invariant.holds).count();
        println!("chaos: {} passed, {failed} failed", found.len() - failed);
        if failed == 0 { Ok(()) } else { Err(format!("invariants are violated; repeat with --seed {seed}").into()) }
    }
}
