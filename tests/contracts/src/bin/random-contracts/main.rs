//! Writes random contracts that are legal, for the tests of `edge_cases`.
//!
//! Seed and number determine a contract. A contract that protoc rejects is illegal: it is counted and dropped. A
//! contract that only the plugin rejects is counted as a fault and dropped.

mod contract;
mod draw;
mod judge;
mod print;
mod readers;

use std::{
    collections::BTreeMap,
    error::Error,
    fs, panic,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;

use crate::judge::{FAULT, ILLEGAL, REFUSED, Verdict, judge};

/// The tally of contracts that were written.
const GOOD: &str = "good";

/// Writes random legal contracts.
#[derive(Parser)]
struct Arguments {
    /// The number of contracts.
    #[arg(long, default_value_t = 40)]
    count: u64,
    /// The seed of the random numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first contract.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// The number of contracts per folder, which are compiled together.
    #[arg(long, default_value_t = 40)]
    batch: u64,
    /// The folder to write to.
    #[arg(long)]
    out: PathBuf,
}

/// The number of contracts by verdict, and of diagnostics by code.
type Tally = BTreeMap<String, usize>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    // Each panic is reported with its contract.
    panic::set_hook(Box::new(|_| ()));
    let (mut tally, dropped) = (Tally::new(), arguments.out.join("dropped"));
    for number in 0..arguments.count {
        let batch = arguments.out.join(format!("batch-{:03}", number / arguments.batch));
        let name = format!("r{}_{}", arguments.seed, arguments.first + number);
        let seed = arguments.seed.wrapping_mul(1_000_003).wrapping_add(arguments.first + number);
        one(&batch.join(&name), &dropped, seed, &mut tally)?;
    }
    println!("{}", summary(&tally));
    let is_good = !tally.contains_key(REFUSED) && !tally.contains_key(FAULT) && tally.contains_key(GOOD);
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn summary(tally: &Tally) -> String {
    let count = |what: &str| tally.get(what).copied().unwrap_or_default();
    let codes = tally.iter().filter(|(what, _)| what.starts_with('E'));
    let codes: String = codes.map(|(code, times)| format!(" {code} {times} times,")).collect();
    let (good, illegal, refused, fault) = (count(GOOD), count(ILLEGAL), count(REFUSED), count(FAULT));
    format!(
        "random: {good} contracts written, {illegal} refused by protoc, {refused} refused by the plugin,{codes} {fault} faults"
    )
}

/// Writes a contract into a folder, or into `dropped` if it cannot be generated.
fn one(folder: &Path, dropped: &Path, seed: u64, tally: &mut Tally) -> Result<(), Box<dyn Error>> {
    let mut drawn = draw::draw(seed);
    let files = write(folder, &drawn, seed)?;
    let options: Vec<_> = drawn.header.iter().filter_map(|line| line.strip_prefix("// opt: ")).collect();
    let kept = match judge(folder, &files, &options)? {
        Verdict::Good(notes) => {
            count(GOOD, "", tally);
            drawn.header.extend(notes.into_iter().map(ToOwned::to_owned));
            folder.to_owned()
        }
        Verdict::Bad(what, said) => {
            count(what, &said, tally);
            println!("{what}: {}: {said}", folder.display());
            fs::remove_dir_all(folder)?;
            dropped.join(folder.file_name().unwrap_or_default())
        }
    };
    write(&kept, &drawn, seed).map(|_| ())
}

/// Counts a contract and the codes of its diagnostics.
fn count(what: &str, said: &str, tally: &mut Tally) {
    let codes = said.split("error[").skip(1).filter_map(|rest| rest.split(']').next());
    codes.chain([what]).for_each(|what| *tally.entry(what.to_owned()).or_default() += 1);
}

/// Writes the files of a contract. Returns their names.
fn write(folder: &Path, contract: &contract::Contract, seed: u64) -> Result<Vec<String>, Box<dyn Error>> {
    let files = print::print(contract, seed);
    for (path, text) in &files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(file, text)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

#[cfg(test)]
mod tests {
    use crate::{draw::draw, print::print};

    #[test]
    fn a_seed_determines_the_contract() {
        let drawn = |seed| print(&draw(seed), seed);
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }
}
