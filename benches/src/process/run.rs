//! The processes that serve and call, pinned to processors where the system can.

use std::{
    ffi::OsStr,
    fs::{self, DirEntry},
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use bench::error::Result;

/// The processor of servers.
const SERVER: &str = "0";
/// The processor of callers.
const CALLER: &str = "1";

/// A running server, which ends when this is dropped.
pub(crate) struct Serving {
    pub(crate) port: u16,
    child: Child,
}

impl Serving {
    /// Starts a program that prints its port.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let mut child = pinned(SERVER, program).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("a server has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        match line.trim().parse() {
            Ok(port) => Ok(Self { port, child }),
            Err(_) => Err(format!("{} {arguments:?} does not start", program.display()).into()),
        }
    }

    /// The processor time of its threads, in seconds.
    pub(crate) fn cpu(&self) -> Result<f64> {
        let Ok(threads) = fs::read_dir(format!("/proc/{}/task", self.child.id())) else { return Ok(f64::NAN) };
        let nanos = |thread: DirEntry| {
            let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
            // Without schedstat there is no number.
            text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or(f64::NAN)
        };
        Ok(threads.filter_map(io::Result::ok).map(nanos).sum::<f64>() / 1e9)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program on the processor of callers. Returns the numbers that it prints.
pub(crate) fn call(program: &Path, arguments: &[&str]) -> Result<Vec<f64>> {
    let mut command = pinned(CALLER, program);
    command.args(arguments);
    numbers(command)
}

/// Runs a program. Returns the first number that it prints.
pub(crate) fn count(program: &Path, arguments: &[&str]) -> Result<f64> {
    let mut command = Command::new(program);
    command.args(arguments);
    numbers(command)?.first().copied().ok_or_else(|| "nothing was counted".into())
}

/// The instructions of one of `calls`: the difference between so many and twice as many. `arguments` are those for a
/// number of calls.
pub(crate) fn instructions(program: &Path, calls: usize, arguments: impl Fn(String) -> Vec<String>) -> Result<f64> {
    let run = |calls: usize| -> Result<f64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
        command.args(arguments(calls.to_string()));
        collected(&String::from_utf8(output(command)?.stderr)?)
    };
    Ok((run(2 * calls)? - run(calls)?) / calls as f64)
}

/// Whether instructions can be counted.
pub(crate) fn valgrind() -> bool {
    is_there("valgrind")
}

fn pinned(processor: &str, program: &Path) -> Command {
    if !is_there("taskset") || std::thread::available_parallelism().is_ok_and(|count| count.get() < 2) {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", processor]).arg(program);
    command
}

fn is_there(program: impl AsRef<OsStr>) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn output(mut command: Command) -> Result<Output> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(output),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn numbers(command: Command) -> Result<Vec<f64>> {
    let text = String::from_utf8(output(command)?.stdout)?;
    Ok(text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

/// The count that callgrind prints at its end.
fn collected(report: &str) -> Result<f64> {
    let line = report.lines().find_map(|line| line.split_once("Collected : ")).ok_or("callgrind collected nothing")?;
    Ok(line.1.trim().parse()?)
}
