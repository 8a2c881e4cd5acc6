//! What it costs to compile what is generated, and how large it becomes: our crate beside one of tonic-prost-build, for
//! the same contract.
//!
//! Only the crate of generated code counts, and for a release the program that serves and calls all of it too, because
//! that is where generic code becomes code. What both depend on is built before.

mod krate;
mod program;
mod size;

use crate::{
    Result,
    child::Usage,
    contract::Contract,
    figure::{Figure, Goal, Unit},
    request,
};
use krate::{Krate, Workspace};

/// Compiling ours may cost so many times what it costs to compile the peer's.
const GOAL: Goal = Goal::Ratio(2.0);

/// What is emitted, each with all before it, and what of it the program uses.
const STEPS: [(&str, &str); 6] = [
    ("pb", "pb"),
    ("domain", "pb,domain,convert"),
    ("adapter", "pb,domain,convert,adapter"),
    ("client", "pb,domain,convert,adapter,client"),
    ("gateway", "pb,domain,convert,adapter,client,gateway,json"),
    ("fake", ""),
];

/// One figure of what a crate costs.
type Of = fn(&Cost) -> f64;

/// What a crate costs.
struct Cost {
    check: Usage,
    release: Usage,
    library: f64,
    program: f64,
}

/// Prints all that compiling costs.
pub(crate) fn all(rounds: usize) -> Result<()> {
    let workspace = Workspace::new()?;
    let input = request::of_contract(&Contract::DAILY)?;
    let mut krates = vec![workspace.peer("peer", &Contract::DAILY, &input)?];
    for (name, emit) in STEPS {
        krates.push(workspace.ours(name, emit, &Contract::DAILY, &input)?);
    }
    workspace.write(&krates)?;
    let costs = costs(&workspace, &krates, rounds)?;
    let (Some(peer), Some(ours)) = (costs.first(), costs.last()) else { return Ok(()) };
    compare(ours, peer);
    shares(&costs[1..], peer);
    Ok(())
}

/// The medians of each crate, which are compiled in turns. All are checked in each round; only the first and the last are
/// built in each, the others once, because that takes minutes. What they depend on is built on the way, not counted.
fn costs(workspace: &Workspace, krates: &[Krate], rounds: usize) -> Result<Vec<Cost>> {
    let mut runs: Vec<(Vec<Usage>, Vec<Usage>)> = krates.iter().map(|_| Default::default()).collect();
    for round in 0..rounds {
        for (index, (krate, (checks, releases))) in krates.iter().zip(&mut runs).enumerate() {
            checks.push(workspace.check(krate)?);
            if round == 0 || index == 0 || index == krates.len() - 1 {
                releases.push(workspace.release(krate)?);
            }
        }
    }
    let cost = |(krate, (checks, releases)): (&Krate, (Vec<Usage>, Vec<Usage>))| {
        let (library, program) = (size::library(&workspace.library(krate))?, size::program(&workspace.program(krate))?);
        Ok(Cost { check: Usage::median(&checks), release: Usage::median(&releases), library, program })
    };
    krates.iter().zip(runs).map(cost).collect()
}

fn compare(ours: &Cost, peer: &Cost) {
    print("compile/check/wall", Unit::Seconds, GOAL, ours.check.wall, peer.check.wall);
    print("compile/check/user", Unit::Seconds, GOAL, ours.check.user, peer.check.user);
    print("compile/check/peak", Unit::Bytes, Goal::None, ours.check.peak, peer.check.peak);
    print("compile/release/wall", Unit::Seconds, GOAL, ours.release.wall, peer.release.wall);
    print("compile/release/user", Unit::Seconds, GOAL, ours.release.user, peer.release.user);
    print("compile/release/peak", Unit::Bytes, Goal::None, ours.release.peak, peer.release.peak);
    print("size/program", Unit::Bytes, GOAL, ours.program, peer.program);
    print("size/library", Unit::Bytes, Goal::None, ours.library, peer.library);
}

/// What each artefact adds, beside all that the peer costs.
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
