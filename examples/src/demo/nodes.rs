//! The processes that the demo starts from its own executable.

use std::{env, fs::File, io, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::node::BoxError;

/// The timeout of a start.
const TO_START: Duration = Duration::from_secs(20);
/// The timeout of a stop.
const TO_STOP: Duration = Duration::from_secs(10);

/// A serving process. It ends when this value is dropped or this program ends, because its standard input ends.
#[derive(Debug)]
pub(super) struct Process {
    /// The name of the service.
    pub(super) name: &'static str,
    /// Its URL, such as `http://127.0.0.1:50051`.
    pub(super) url: String,
    child: Child,
    /// Kept open: a process that writes to a closed pipe is killed.
    _output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a process that listens at `listen`, and waits for its address. Its log is in `folder`.
    pub(super) async fn start(
        name: &'static str,
        listen: &str,
        arguments: &[(&str, &str)],
        folder: &Path,
    ) -> Result<Self, BoxError> {
        let log = File::options().create(true).append(true).open(folder.join(format!("{name}.log")))?;
        let mut command = Command::new(env::current_exe()?);
        command.args([name, "--stop-with-stdin", "--listen", listen]);
        command.args(arguments.iter().flat_map(|(name, value)| [*name, *value]));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("there is no pipe"))?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        timeout(TO_START, output.read_line(&mut line)).await??;
        let url = line.trim().rsplit(' ').next().filter(|url| url.starts_with("http://"));
        let url = url.ok_or_else(|| not_started(name, folder))?.to_owned();
        Ok(Self { name, url, child, _output: output })
    }

    /// Its address, as `HOST:PORT`.
    pub(super) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The process identifier; 0 if it has ended.
    pub(super) fn id(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// Kills the process.
    pub(super) async fn kill(mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// Stops the process. Returns false if it failed or timed out.
    pub(super) async fn stop(mut self) -> bool {
        drop(self.child.stdin.take());
        matches!(timeout(TO_STOP, self.child.wait()).await, Ok(Ok(status)) if status.success())
    }
}

fn not_started(name: &str, folder: &Path) -> BoxError {
    let log = std::fs::read_to_string(folder.join(format!("{name}.log"))).unwrap_or_default();
    format!("{name} does not start: {}", log.trim()).into()
}
