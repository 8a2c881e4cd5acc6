//! Generating code: our plugin and its peers, on the same bytes.

pub(crate) mod contract;
mod corpus;
pub(crate) mod request;
mod shapes;

use std::{io::Write, path::PathBuf};

use bench::error::Result;
use contract::Contract;
use protoc_gen_rust_svc::read::Input;
use tempfile::NamedTempFile;

use crate::{
    figure::{Figure, Goal, Unit},
    programs,
    usage::{self, Usage},
};

/// The goal for a service of 100 methods, in seconds.
const DAILY: f64 = 0.100;

/// Every request.
pub(crate) fn all(rounds: usize) -> Result<()> {
    let bench = GeneratorBench { rounds, ours: programs::ours()?, peers: programs::installed() };
    bench.daily()?;
    if let Some(input) = corpus::googleapis()? {
        bench.compare("googleapis", &input)?;
    }
    let large = Contract { services: 30, resources: 10 };
    bench.compare("methods3000", &request::of_contract(&large)?)?;
    shapes::growth(rounds, &bench.ours)
}

/// Only the request of 100 methods.
pub(crate) fn quick(rounds: usize) -> Result<()> {
    GeneratorBench { rounds, ours: programs::ours()?, peers: programs::present() }.daily()
}

/// One figure of a usage.
type UsageFigure = fn(&Usage) -> f64;

struct GeneratorBench {
    rounds: usize,
    ours: PathBuf,
    peers: Option<Vec<PathBuf>>,
}

impl GeneratorBench {
    fn daily(&self) -> Result<()> {
        let ours = self.compare("methods100", &request::of_contract(&Contract::DAILY)?)?;
        let (name, goal) = ("generator/methods100/one_run".to_owned(), Goal::AtMost(DAILY));
        println!("{}", Figure { name, unit: Unit::Seconds, ours: ours.wall, peer: None, goal });
        Ok(())
    }

    /// Prints the figures of a request. Returns our usage.
    fn compare(&self, name: &str, input: &Input) -> Result<Usage> {
        let mut file = NamedTempFile::new()?;
        file.write_all(&request::bytes(input))?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        // One round more, which is not counted: it brings the programs and the request into memory.
        for round in 0..=self.rounds {
            let one = usage::run(&self.ours, file.path())?;
            let mut others = Usage::default();
            for peer in self.peers.iter().flatten() {
                others = others.then(usage::run(peer, file.path())?);
            }
            if round > 0 {
                ours.push(one);
                theirs.push(others);
            }
        }
        let middle = Usage::median(&ours);
        self.print(name, middle, self.peers.as_ref().map(|_| Usage::median(&theirs)));
        Ok(middle)
    }

    fn print(&self, request: &str, ours: Usage, peer: Option<Usage>) {
        let kinds: [(_, _, UsageFigure, _); 3] = [
            ("wall", Unit::Seconds, |usage| usage.wall, Goal::Ratio(1.0)),
            ("user", Unit::Seconds, |usage| usage.user, Goal::None),
            ("peak", Unit::Bytes, |usage| usage.peak, Goal::Ratio(2.0)),
        ];
        for (kind, unit, of, goal) in kinds {
            let name = format!("generator/{request}/{kind}");
            println!("{}", Figure { name, unit, ours: of(&ours), peer: peer.as_ref().map(of), goal });
        }
    }
}
