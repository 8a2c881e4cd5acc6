//! Mutates real contracts, and compares how protoc and the built-in reader judge each.
//!
//! Seed and number determine a mutant. Both compilers accept it with equal descriptors, or both reject it; the file
//! `differences` lists the exceptions. Every error has a file, a line and a column.

mod contracts;
mod differences;
mod judge;
mod mutate;
mod statements;
mod tokens;

use std::{
    collections::BTreeMap,
    error::Error,
    fs, iter, panic,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use fastrand::Rng;

use crate::{contracts::Original, differences::Differences, judge::Judgement};

/// Mutates real contracts, and compares how protoc and the built-in reader judge each.
#[derive(Parser)]
struct Mutants {
    /// The number of mutants.
    #[arg(long, default_value_t = 200)]
    count: u64,
    /// The seed of the random numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first mutant.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// The folder for mutants with a fault.
    #[arg(long)]
    out: PathBuf,
    /// The list of known differences.
    #[arg(long)]
    differences: PathBuf,
    /// A further include path with contracts to mutate.
    #[arg(long)]
    root: Vec<PathBuf>,
}

/// The number of mutants by judgement, and an example of each fault.
#[derive(Default)]
struct Totals {
    accepted: usize,
    refused: usize,
    known: usize,
    faults: BTreeMap<String, Vec<String>>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Mutants::parse();
    // Each panic is reported with its mutant.
    panic::set_hook(Box::new(|_| ()));
    let originals = contracts::originals(&arguments.root);
    let known = Differences::read(&fs::read_to_string(&arguments.differences)?)?;
    let mut totals = Totals::default();
    for number in arguments.first..arguments.first + arguments.count {
        let name = format!("m{}_{number}", arguments.seed);
        let mut random = Rng::with_seed(arguments.seed.wrapping_mul(1_000_003).wrapping_add(number));
        let original = draw(&originals, &mut random);
        one(&arguments.out.join(&name), &name, original, &mut random, &known, &mut totals)?;
    }
    print!("{}", report(&totals));
    Ok(if totals.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Draws a contract that protoc accepts.
fn draw<'a>(originals: &'a [Original], random: &mut Rng) -> &'a Original {
    let drawn = || &originals[random.usize(..originals.len())];
    iter::repeat_with(drawn).find(|original| original.is_accepted()).expect("there are contracts")
}

/// Judges a mutant. Its folder stays if it has a fault.
fn one(
    folder: &Path,
    name: &str,
    original: &Original,
    random: &mut Rng,
    known: &Differences,
    totals: &mut Totals,
) -> Result<(), Box<dyn Error>> {
    let file = folder.join(&original.name);
    fs::create_dir_all(file.parent().unwrap_or(folder))?;
    fs::write(&file, mutate::mutate(&original.bytes, random))?;
    match judge::judge(folder, original)? {
        Judgement::Accepted => totals.accepted += 1,
        Judgement::Refused => totals.refused += 1,
        Judgement::Differs(difference) if known.contains(&difference) => totals.known += 1,
        Judgement::Differs(difference) => return totals.fault(&difference.to_string(), name),
        Judgement::Fault(text) => return totals.fault(&text, name),
    }
    Ok(fs::remove_dir_all(folder)?)
}

impl Totals {
    #[expect(clippy::unnecessary_wraps, reason = "the caller returns it")]
    fn fault(&mut self, text: &str, name: &str) -> Result<(), Box<dyn Error>> {
        self.faults.entry(differences::kind(text)).or_default().push(format!("{name}: {text}"));
        Ok(())
    }
}

fn report(totals: &Totals) -> String {
    let Totals { accepted, refused, known, faults } = totals;
    let example = |(kind, found): (&String, &Vec<String>)| {
        let names: Vec<_> = found.iter().take(3).map(|text| text.split(": ").next().unwrap_or_default()).collect();
        format!("{} times {kind}\n    {}; {}\n", found.len(), found[0], names.join(" "))
    };
    let examples: String = faults.iter().map(example).collect();
    let count: usize = faults.values().map(Vec::len).sum();
    format!(
        "{examples}mutated contracts: {accepted} accepted by both with equal descriptors, {refused} rejected by both, {known} \
         known differences, {count} faults\n"
    )
}
