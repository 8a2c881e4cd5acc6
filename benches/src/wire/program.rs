//! The programs that make the calls, pinned to processors where the system can.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use bench::{error::Result, stacks::name::StackName};

use crate::programs;

/// The programs, built as this one is.
pub(super) struct Programs {
    timed: PathBuf,
    counted: PathBuf,
}

/// A running server, which ends when this is dropped.
pub(super) struct Serving {
    pub(super) port: u16,
    child: Child,
}

/// The processors of servers and of callers.
const SERVER: &str = "0";
const CALLER: &str = "1";

impl Programs {
    pub(super) fn built() -> Result<Self> {
        Ok(Self { timed: programs::built("bench", "wire-timed")?, counted: programs::built("bench", "wire-counted")? })
    }

    /// Starts a server.
    pub(super) fn serve(&self, stack: StackName) -> Result<Serving> {
        let mut command = pinned(SERVER, &self.timed);
        let mut child = command.args([stack.name(), "serve"]).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("a server has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        match line.trim().parse() {
            Ok(port) => Ok(Serving { port, child }),
            Err(_) => Err(format!("the server of {} does not start", stack.name()).into()),
        }
    }

    /// Runs a task. Returns the printed numbers.
    pub(super) fn call(&self, stack: StackName, task: &str, port: Option<u16>, arguments: &[&str]) -> Result<Vec<f64>> {
        let mut command = pinned(CALLER, &self.timed);
        command.args([stack.name(), task]).args(port.map(|port| port.to_string())).args(arguments);
        numbers(&stdout_of(command)?)
    }

    /// The allocations of a call.
    pub(super) fn allocations(&self, stack: StackName, part: &str, calls: usize) -> Result<f64> {
        let mut command = Command::new(&self.counted);
        command.args([stack.name(), "count", &calls.to_string(), "--part", part]);
        numbers(&stdout_of(command)?)?.first().copied().ok_or_else(|| "nothing was counted".into())
    }

    /// The instructions of a call: the difference between many calls and twice as many.
    pub(super) fn instructions(&self, stack: StackName, part: &str, calls: usize) -> Result<f64> {
        let run = |calls: usize| -> Result<f64> {
            let mut command = Command::new("valgrind");
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&self.timed);
            command.args([stack.name(), "count", &calls.to_string(), "--part", part]);
            collected(&String::from_utf8(output(command)?.stderr)?)
        };
        Ok((run(2 * calls)? - run(calls)?) / calls as f64)
    }
}

impl Serving {
    /// Its processor time, in seconds. It has one thread.
    pub(super) fn cpu(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/schedstat", self.child.id())).unwrap_or_default();
        // Without schedstat there is no number.
        Ok(text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).map_or(f64::NAN, |nanos| nanos / 1e9))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether instructions can be counted.
pub(super) fn valgrind() -> bool {
    is_there("valgrind")
}

fn pinned(processor: &str, program: &PathBuf) -> Command {
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

fn stdout_of(command: Command) -> Result<String> {
    Ok(String::from_utf8(output(command)?.stdout)?)
}

fn output(mut command: Command) -> Result<Output> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(output),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn numbers(text: &str) -> Result<Vec<f64>> {
    Ok(text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

/// The count that callgrind prints at its end.
fn collected(report: &str) -> Result<f64> {
    let line = report.lines().find_map(|line| line.split_once("Collected : ")).ok_or("callgrind collected nothing")?;
    Ok(line.1.trim().parse()?)
}
