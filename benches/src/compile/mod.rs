//! Compiling generated code, and its size: our crate and one of tonic-prost-build, for the same contract.
//!
//! Only the crate of generated code counts, and in a release build the program that serves and calls all of it, because
//! generic code is compiled there. Dependencies are built before.

mod program;
mod size;
mod workspace;

use bench::error::Result;
use workspace::{GeneratedPackage, Workspace};

use crate::{
    figure::{Figure, Goal, Unit},
    generator::{contract::Contract, request},
    usage::Usage,
};

/// The goal for all that is generated, as a multiple of the peer's cost.
const GOAL: Goal = Goal::Ratio(2.0);

/// The goal without fakes, which the peer does not have.
const GOAL_WITHOUT_FAKE: Goal = Goal::Ratio(1.5);

/// The emitted artefacts. Each step adds to those before it.
const STEPS: [(&str, &str); 6] = [
    ("pb", "pb"),
    ("domain", "pb,domain,convert"),
    ("adapter", "pb,domain,convert,adapter"),
    ("client", "pb,domain,convert,adapter,client"),
    ("gateway", "pb,domain,convert,adapter,client,gateway,json"),
    ("fake", ""),
];

/// One figure of a cost.
type Of = fn(&Cost) -> f64;

/// The cost of a crate.
struct Cost {
    check: Usage,
    release: Usage,
    library: f64,
    program: f64,
}

/// Prints every figure.
pub(crate) fn all(rounds: usize) -> Result<()> {
    let workspace = Workspace::new()?;
    let input = request::of_contract(&Contract::DAILY)?;
    let mut packages = vec![workspace.peer("peer", &Contract::DAILY, &input)?];
    for (name, emit) in STEPS {
        packages.push(workspace.ours(name, emit, &Contract::DAILY, &input)?);
    }
    workspace.write(&packages)?;
    let costs = costs(&workspace, &packages, rounds)?;
    let ([peer, ..], [.., without_fake, ours]) = (&costs[..], &costs[..]) else { return Ok(()) };
    compare("compile", GOAL, ours, peer);
    compare("compile/without_fake", GOAL_WITHOUT_FAKE, without_fake, peer);
    print("size/program", Unit::Bytes, GOAL, ours.program, peer.program);
    print("size/library", Unit::Bytes, Goal::None, ours.library, peer.library);
    shares(&costs[1..], peer);
    Ok(())
}

/// The medians of each crate, which are compiled in turns. All are checked in each round; only the first and the last are
/// built in each, the others once, because that takes minutes. What they depend on is built on the way, not counted.
fn costs(workspace: &Workspace, packages: &[GeneratedPackage], rounds: usize) -> Result<Vec<Cost>> {
    let mut runs: Vec<(Vec<Usage>, Vec<Usage>)> = packages.iter().map(|_| Default::default()).collect();
    for round in 0..rounds {
        for (index, (package, (checks, releases))) in packages.iter().zip(&mut runs).enumerate() {
            checks.push(workspace.check(package)?);
            if round == 0 || index == 0 || index == packages.len() - 1 {
                releases.push(workspace.release(package)?);
            }
        }
    }
    let cost = |(package, (checks, releases)): (&GeneratedPackage, (Vec<Usage>, Vec<Usage>))| {
        let (library, program) =
            (size::library(&workspace.library(package))?, size::program(&workspace.program(package))?);
        Ok(Cost { check: Usage::median(&checks), release: Usage::median(&releases), library, program })
    };
    packages.iter().zip(runs).map(cost).collect()
}

fn compare(name: &str, goal: Goal, ours: &Cost, peer: &Cost) {
    for (build, of) in [("check", (|cost| &cost.check) as fn(&Cost) -> &Usage), ("release", |cost| &cost.release)] {
        let (ours, peer) = (of(ours), of(peer));
        print(&format!("{name}/{build}/wall"), Unit::Seconds, goal, ours.wall, peer.wall);
        print(&format!("{name}/{build}/user"), Unit::Seconds, goal, ours.user, peer.user);
        print(&format!("{name}/{build}/peak"), Unit::Bytes, Goal::None, ours.peak, peer.peak);
    }
}

/// The cost that each artefact adds, compared with the whole cost of the peer.
fn shares(steps: &[Cost], peer: &Cost) {
    let kinds: [(&str, Unit, Of); 3] = [
        ("check", Unit::Seconds, |cost| cost.check.user),
        ("release", Unit::Seconds, |cost| cost.release.user),
        ("program", Unit::Bytes, |cost| cost.program),
    ];
    for (kind, unit, of) in kinds {
        let mut before = 0.0;
        for ((name, _), cost) in STEPS.iter().zip(steps) {
            print(&format!("share/{kind}/{name}"), unit, Goal::None, of(cost) - before, of(peer));
            before = of(cost);
        }
    }
}

fn print(name: &str, unit: Unit, goal: Goal, ours: f64, peer: f64) {
    println!("{}", Figure { name: name.to_owned(), unit, ours, peer: Some(peer), goal });
}
