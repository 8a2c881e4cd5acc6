//! Contracts of unlucky shapes: the time for a size, and its growth to twice that size.

use std::{io::Write, path::Path};

use bench::error::Result;
use harness::shapes::{SHAPES, Shape};
use tempfile::NamedTempFile;

use super::request;
use crate::{
    figure::{Figure, Goal, Unit},
    usage::{self, Usage},
};

/// The most seconds for twice the size.
const MOST_SECONDS: f64 = 2.0;

/// The most growth from one size to twice that size.
const MOST_GROWTH: f64 = 2.5;

/// Prints both figures of each shape.
pub(super) fn growth(rounds: usize, program: &Path) -> Result<()> {
    for shape in SHAPES {
        let small = median(rounds, program, shape, shape.size)?;
        let large = median(rounds, program, shape, 2 * shape.size)?;
        print(shape, "wall", Unit::Seconds, large.wall, MOST_SECONDS);
        print(shape, "growth", Unit::Count, large.user / small.user, MOST_GROWTH);
    }
    Ok(())
}

fn median(rounds: usize, program: &Path, shape: &Shape, size: usize) -> Result<Usage> {
    let mut file = NamedTempFile::new()?;
    file.write_all(&request::bytes(&request::of_texts(&(shape.files)(size))?))?;
    let runs: Vec<_> = (0..rounds).map(|_| usage::run(program, file.path())).collect::<Result<_>>()?;
    Ok(Usage::median(&runs))
}

fn print(shape: &Shape, figure: &str, unit: Unit, ours: f64, most: f64) {
    let name = format!("generator/{}/{figure}", shape.name);
    println!("{}", Figure { name, unit, ours, peer: None, goal: Goal::AtMost(most) });
}
