//! The processes that the demo starts from its own executable.

use std::{env, fs::File, io, path::Path, process::Stdio, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    sync::{OnceCell, broadcast},
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
    /// The URL of its metrics, once it is known.
    metrics: Arc<OnceCell<String>>,
    child: Child,
}

impl Process {
    /// Starts a process that listens at `listen`, and waits for its address. Its log is in `folder`.
    pub(super) async fn start(
        name: &'static str,
        listen: &str,
        arguments: &[String],
        folder: &Path,
        calls: broadcast::Sender<String>,
    ) -> Result<Self, BoxError> {
        let log = File::options().create(true).append(true).open(folder.join(format!("{name}.log")))?;
        let mut command = Command::new(env::current_exe()?);
        command.args([name, "--stop-with-stdin", "--demonstrate", "--listen", listen]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("there is no pipe"))?;
        let mut output = BufReader::new(output).lines();
        let line = timeout(TO_START, output.next_line()).await??.unwrap_or_default();
        let url = url_in(&line).ok_or_else(|| not_started(name, folder))?;
        let metrics = Arc::new(OnceCell::new());
        tokio::spawn(read(output, calls, metrics.clone()));
        Ok(Self { name, url, metrics, child })
    }

    /// Its address, as `HOST:PORT`.
    pub(super) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The process identifier; 0 if it has ended.
    pub(super) fn id(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// The URL of its metrics.
    pub(super) fn metrics(&self) -> String {
        self.metrics.get().map_or_else(|| format!("{}/metrics", self.url), String::clone)
    }

    /// Sends a command, such as `latency 200`.
    pub(super) async fn command(&mut self, command: &str) -> io::Result<()> {
        let Some(input) = &mut self.child.stdin else { return Ok(()) };
        input.write_all(format!("{command}\n").as_bytes()).await
    }

    /// Sends a signal, such as STOP. Where there are no signals, nothing happens.
    pub(super) fn signal(&self, signal: &str) {
        if cfg!(unix) {
            let _ = std::process::Command::new("kill").args([&format!("-{signal}"), &self.id().to_string()]).status();
        }
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

fn url_in(line: &str) -> Option<String> {
    line.trim().rsplit(' ').next().filter(|url| url.starts_with("http://")).map(str::to_owned)
}

/// Reads the output to its end: a process that writes to a closed or full pipe would not go on.
async fn read(
    mut output: Lines<BufReader<ChildStdout>>,
    calls: broadcast::Sender<String>,
    metrics: Arc<OnceCell<String>>,
) {
    while let Ok(Some(line)) = output.next_line().await {
        if line.starts_with('{') {
            // Nobody may be interested.
            let _ = calls.send(line);
        } else if let Some(url) = url_in(&line) {
            let _ = metrics.set(url);
        }
    }
}

fn not_started(name: &str, folder: &Path) -> BoxError {
    let log = std::fs::read_to_string(folder.join(format!("{name}.log"))).unwrap_or_default();
    format!("{name} does not start: {}", log.trim()).into()
}
