//! How a process starts, and when it stops.

use std::{io, process::ExitCode, thread};

use rust_svc::{Client, Error, Server, server::Listen};
use tokio::{runtime::Runtime, sync::oneshot};
use tracing_subscriber::EnvFilter;

/// Why a process could not start or go on.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How long a process lives, and how it speaks with others.
#[derive(Clone, Debug, clap::Args)]
pub struct Life {
    /// Stop when the standard input ends, so that this process does not outlive the one that started it
    #[arg(long, hide = true)]
    stop_with_stdin: bool,
    /// Speak in plain text with other machines, too, where something else encrypts
    #[arg(long, env = "PLAINTEXT")]
    plaintext: bool,
}

impl Life {
    /// Serves until the process is told to stop, and says where in its first line.
    pub async fn serve(&self, name: &str, listen: &str, server: Server) -> Result<(), Failure> {
        let listen = Listen::at(listen);
        let bound = server.bind(if self.plaintext { listen.plaintext() } else { listen }).await?;
        println!("{name} listens on http://{}", bound.local_addr());
        if !self.stop_with_stdin {
            return Ok(bound.run().await?);
        }
        tokio::select! {
            stopped = bound.run() => Ok(stopped?),
            () = end_of_stdin() => Ok(()),
        }
    }

    /// A client of the server at this address.
    pub fn client(&self, url: &str) -> rust_svc::Result<Client> {
        let client = Client::builder(url);
        if self.plaintext { client.plaintext() } else { client }.build()
    }
}

/// Reads in a thread of its own, which does not keep the process from ending.
async fn end_of_stdin() {
    let (ended, end) = oneshot::channel();
    thread::spawn(move || {
        // An input that cannot be read has ended, too.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}

/// Runs the work of a process, with logs on the standard error: those of `RUST_LOG`, or warnings.
pub fn start(work: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let done = Runtime::new().map_err(Failure::from).and_then(|runtime| runtime.block_on(work));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", readable(&failure));
            ExitCode::FAILURE
        }
    }
}

/// The codes of calls say nothing to who starts a process.
fn readable(failure: &Failure) -> String {
    failure.downcast_ref::<Error>().map_or_else(|| failure.to_string(), |error| error.message().to_owned())
}

/// Tells which database cannot be opened.
pub(super) fn cannot_open(name: &str) -> impl FnOnce(sqlx::Error) -> Failure {
    move |error| format!("cannot open the database {name}: {error}; its folder must be there, and writable").into()
}
