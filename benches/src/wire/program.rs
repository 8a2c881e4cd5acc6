//! The programs of the crate `wire`, run on processors of their own where that can be.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use crate::{Result, peers};

/// Who serves and calls.
#[derive(Clone, Copy)]
pub(super) enum Stack {
    Ours,
    Tonic,
    Connectrpc,
}

/// The programs, built as this one is.
pub(super) struct Programs {
    timed: PathBuf,
    counted: PathBuf,
}

/// A server that ends with this.
pub(super) struct Serving {
    pub(super) port: u16,
    child: Child,
}

/// The processors of servers and of callers.
const SERVER: &str = "0";
const CALLER: &str = "1";

impl Stack {
    pub(super) const ALL: [Self; 3] = [Self::Ours, Self::Tonic, Self::Connectrpc];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Tonic => "tonic",
            Self::Connectrpc => "connectrpc",
        }
    }
}

impl Programs {
    pub(super) fn built() -> Result<Self> {
        Ok(Self { timed: peers::built("wire", "wire-timed")?, counted: peers::built("wire", "wire-counted")? })
    }

    /// Starts a server.
    pub(super) fn serve(&self, stack: Stack) -> Result<Serving> {
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

    /// Calls; the numbers that are printed.
    pub(super) fn call(&self, stack: Stack, task: &str, port: Option<u16>, arguments: &[&str]) -> Result<Vec<f64>> {
        let mut command = pinned(CALLER, &self.timed);
        command.args([stack.name(), task]).args(port.map(|port| port.to_string())).args(arguments);
        numbers(&said(command)?)
    }

    /// The allocations of a call.
    pub(super) fn allocations(&self, stack: Stack, part: &str, calls: usize) -> Result<f64> {
        let mut command = Command::new(&self.counted);
        command.args([stack.name(), "count", &calls.to_string(), "--part", part]);
        numbers(&said(command)?)?.first().copied().ok_or_else(|| "nothing was counted".into())
    }

    /// The instructions of a call: what more calls take more.
    pub(super) fn instructions(&self, stack: Stack, part: &str, calls: usize) -> Result<f64> {
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
    /// How long it has run, in seconds. It has one thread.
    pub(super) fn cpu(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/schedstat", self.child.id())).unwrap_or_default();
        // Where the system does not tell, there is no number.
        Ok(text.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).map_or(f64::NAN, |nanos| nanos / 1e9))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // One that has ended needs no end.
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

fn said(command: Command) -> Result<String> {
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

/// What callgrind says at its end.
fn collected(said: &str) -> Result<f64> {
    let line = said.lines().find_map(|line| line.split_once("Collected : ")).ok_or("callgrind collected nothing")?;
    Ok(line.1.trim().parse()?)
}
