//! The programs that make the calls.

use std::path::PathBuf;

use bench::{error::Result, stacks::name::StackName};

use crate::{
    process::{self, Serving},
    programs,
};

/// The programs, built as this one is.
pub(super) struct Programs {
    timed: PathBuf,
    counted: PathBuf,
}

impl Programs {
    pub(super) fn built() -> Result<Self> {
        Ok(Self { timed: programs::built("bench", "wire-timed")?, counted: programs::built("bench", "wire-counted")? })
    }

    /// Starts a server.
    pub(super) fn serve(&self, stack: StackName) -> Result<Serving> {
        Serving::start(&self.timed, &[stack.name(), "serve"])
    }

    /// Starts a server of grpc-go, if `benches/grpc-go` has built it.
    pub(super) fn serve_grpc_go() -> Result<Option<Serving>> {
        let program = programs::target().join("tools/bench-grpc-go");
        program.exists().then(|| Serving::start(&program, &[])).transpose()
    }

    /// Runs a task. Returns the printed numbers.
    pub(super) fn call(&self, stack: StackName, task: &str, port: Option<u16>, arguments: &[&str]) -> Result<Vec<f64>> {
        let port = port.map(|port| port.to_string());
        let before = [stack.name(), task].into_iter().chain(port.as_deref());
        process::call(&self.timed, &before.chain(arguments.iter().copied()).collect::<Vec<_>>())
    }

    /// The allocations of a call.
    pub(super) fn allocations(&self, stack: StackName, part: &str, calls: usize) -> Result<f64> {
        process::count(&self.counted, &[stack.name(), "count", &calls.to_string(), "--part", part])
    }

    /// The instructions of a call.
    pub(super) fn instructions(&self, stack: StackName, part: &str, calls: usize) -> Result<f64> {
        let arguments = |calls: String| [stack.name(), "count", &calls, "--part", part].map(str::to_owned).to_vec();
        process::instructions(&self.timed, calls, arguments)
    }
}
