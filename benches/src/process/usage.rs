//! The time and memory that a program used, as the system counted them.
//!
//! Another process of this program starts it as its only child, because the system reports the usage of all children
//! together, and charges a child with the memory of the process that forked it.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use bench::error::Result;
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

use crate::figure;

/// Names the report to cargo's `RUSTC_WORKSPACE_WRAPPER`, which is this program and gets no arguments of its own.
pub(crate) const WRAPPER: &str = "BENCH_REPORT";

/// The time and memory that a program used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// From its start to its end, in seconds.
    pub(crate) wall: f64,
    /// Of all processors together, in seconds.
    pub(crate) user: f64,
    /// The most memory at once, in bytes.
    pub(crate) peak: f64,
}

impl Usage {
    /// Returns the median of each figure.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| figure::median(runs.iter().map(value));
        Self { wall: of(|run| run.wall), user: of(|run| run.user), peak: of(|run| run.peak) }
    }

    /// The usage of two programs that run one after the other.
    pub(crate) fn then(self, next: Self) -> Self {
        Self { wall: self.wall + next.wall, user: self.user + next.user, peak: self.peak.max(next.peak) }
    }
}

/// Runs a program on the bytes of a file, and discards its output. Fails if the program does.
pub(crate) fn run(program: &Path, input: &Path) -> Result<Usage> {
    let report = tempfile::NamedTempFile::new()?;
    // By this link, because the file may be gone: cargo replaces it when it builds what is measured.
    let mut command = Command::new("/proc/self/exe");
    command.arg("measure").arg(report.path()).arg(program);
    let status = command.stdin(File::open(input)?).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    match (status.success(), read(report.path())?.as_slice()) {
        (true, [usage]) => Ok(*usage),
        _ => Err(format!("{} fails on {}", program.display(), input.display()).into()),
    }
}

/// The cargo that runs this program, or else the one in the path.
pub(crate) fn cargo_command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs cargo in a folder. Returns the usage of its compilers on the crates of the workspace there.
pub(crate) fn cargo(folder: &Path, target: &Path, arguments: &[&str]) -> Result<Usage> {
    let report = tempfile::NamedTempFile::new()?;
    let mut command = cargo_command();
    command.current_dir(folder).args(arguments).arg("--quiet").arg("--target-dir").arg(target);
    command.env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?).env(WRAPPER, report.path());
    let status = command.env("CARGO_INCREMENTAL", "0").status()?;
    match status.success() {
        true => Ok(read(report.path())?.into_iter().fold(Usage::default(), Usage::then)),
        false => Err(format!("cargo {arguments:?} fails in {}", folder.display()).into()),
    }
}

/// Runs a command and adds its usage to the report.
pub(crate) fn measure(report: &Path, command: &[OsString]) -> Result<ExitCode> {
    let (program, arguments) = command.split_first().ok_or("there is no command")?;
    let start = Instant::now();
    let status = Command::new(program).args(arguments).env_remove(WRAPPER).status()?;
    let wall = start.elapsed().as_secs_f64();
    if !is_question(arguments) {
        add(report, wall)?;
    }
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Whether cargo only queries the version of its compiler, which compiles nothing.
fn is_question(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| ["-vV", "___"].map(OsStr::new).contains(&argument.as_os_str()))
}

fn add(report: &Path, wall: f64) -> Result<()> {
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let user = used.user_time().num_microseconds();
    let line = format!("{wall} {} {}\n", user as f64 / 1e6, used.max_rss() as f64 * 1024.0);
    Ok(OpenOptions::new().append(true).create(true).open(report)?.write_all(line.as_bytes())?)
}

fn read(report: &Path) -> Result<Vec<Usage>> {
    fs::read_to_string(report)?.lines().map(parse).collect()
}

fn parse(line: &str) -> Result<Usage> {
    let numbers = line.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    match numbers[..] {
        [wall, user, peak] => Ok(Usage { wall, user, peak }),
        _ => Err(format!("{line:?} is not a line of a report").into()),
    }
}
