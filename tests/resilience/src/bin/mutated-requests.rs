//! Makes requests that no compiler sends, and judges the response to each.
//!
//! Seed and number determine a request. A request with a fault is reduced and kept. It belongs into `regressions/` once
//! the fault is fixed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{ExitCode, exit},
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use fastrand::Rng;
use resilience::mutated::{
    bounds::bounded,
    judge::{Fault, Verdict, hush, judge, judged},
    mutate::mutate,
    real::requests,
    reduce::reduce,
};

/// The maximum seconds for a response. A slower one is assumed to never end.
const LONGEST: u64 = 60;

/// Makes requests that no compiler sends, and judges the response to each.
#[derive(Parser)]
struct Arguments {
    /// The seed of the random numbers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first request.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// The maximum number of requests.
    #[arg(long, default_value_t = 20_000)]
    runs: u64,
    /// The maximum duration, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The folder for requests with a fault, and for the current one.
    #[arg(long, default_value = "target/mutated-requests")]
    keep: PathBuf,
    /// Writes the real requests into this folder instead.
    #[arg(long)]
    write: Option<PathBuf>,
    /// Judges these requests instead.
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.keep).expect("the folder can be made");
    hush();
    let is_good = match &arguments.write {
        Some(folder) => write(folder),
        None if arguments.files.is_empty() => make(&arguments),
        None => replay(&arguments.files),
    };
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Ends the process if a response takes too long. Its request is the one that was kept last.
fn watch() {
    loop {
        let before = judged();
        thread::sleep(Duration::from_secs(LONGEST));
        if judged() == before {
            eprintln!("fault: no answer in {LONGEST} s; the request is `current` in the folder of what is kept");
            exit(1);
        }
    }
}

fn write(folder: &Path) -> bool {
    fs::create_dir_all(folder).expect("the folder can be made");
    for (number, request) in requests().iter().enumerate() {
        fs::write(folder.join(format!("real-{number}")), request).expect("it can be written");
    }
    true
}

fn replay(files: &[PathBuf]) -> bool {
    let judged = files.iter().map(|file| {
        let request = fs::read(file).expect("readable");
        let verdict = bounded(&request, || judge(&request));
        println!("{}: {}", file.display(), verdict.as_ref().map_or_else(Fault::to_string, |good| format!("{good:?}")));
        verdict.is_ok()
    });
    judged.filter(|is_good| !is_good).count() == 0
}

fn make(arguments: &Arguments) -> bool {
    let Arguments { seed, first, runs, .. } = arguments;
    let real = requests();
    thread::spawn(watch);
    let (started, mut tally) = (Instant::now(), BTreeMap::<&str, u64>::new());
    let mut faults = BTreeMap::<String, u64>::new();
    println!("seed {seed}: at most {runs} requests from {} real ones", real.len());
    for run in *first..first + runs {
        if started.elapsed() > Duration::from_secs(arguments.seconds) {
            break;
        }
        let request = one(&real, seed.wrapping_add(run));
        fs::write(arguments.keep.join("current"), &request).expect("it can be kept");
        let judged = bounded(&request, || judge(&request));
        match judged {
            Ok(verdict) => *tally.entry(name(verdict)).or_default() += 1,
            Err(fault) => note(&mut faults, arguments, run, &request, &fault),
        }
    }
    println!("{tally:?} in {} s", started.elapsed().as_secs());
    faults.iter().for_each(|(fault, times)| println!("{times} times: {fault}"));
    faults.is_empty() && !tally.is_empty()
}

/// The request of a run.
fn one(real: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    mutate(&real[rng.usize(..real.len())], &mut rng)
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Malformed => "malformed",
        Verdict::Refused => "refused",
        Verdict::Accepted => "accepted",
    }
}

/// Keeps a reduced request for each new fault.
fn note(faults: &mut BTreeMap<String, u64>, arguments: &Arguments, run: u64, request: &[u8], fault: &Fault) {
    let times = faults.entry(fault.kind()).or_default();
    *times += 1;
    if *times == 1 {
        let kept = arguments.keep.join(format!("{}-{run}", arguments.seed));
        println!("fault: run {run}: {fault}\n  kept in {}", kept.display());
        fs::write(&kept, request).expect("it can be kept");
        fs::write(kept.with_extension("small"), reduce(request)).expect("it can be kept");
    }
}
