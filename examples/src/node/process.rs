//! Start and stop of a process.

use std::{io, process::ExitCode, thread};

use rust_svc::{
    Client, Error, Server,
    intercept::Chain,
    observe::{AccessLog, Metrics, Trace},
    server::Listen,
};
use tokio::{runtime::Runtime, sync::oneshot};
use tracing_subscriber::EnvFilter;

use crate::generated;

/// The error of a process.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Options of every process.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessOptions {
    /// Stop when the standard input ends, so that this process does not outlive the one that started it
    #[arg(long, hide = true)]
    stop_with_stdin: bool,
    /// Allow plaintext connections to other machines, where something else encrypts
    #[arg(long, env = "PLAINTEXT")]
    plaintext: bool,
    /// Describe the services to those who ask, by gRPC reflection
    #[arg(long, env = "REFLECTION")]
    reflection: bool,
}

impl ProcessOptions {
    /// The server of a service at an inner address: with metrics, and with reflection if that is asked for.
    pub fn inner_server(&self) -> Server {
        let metrics = Metrics::new();
        let server = Server::new().chain(&chain().observe(metrics.clone())).http(metrics.router());
        if self.reflection { server.reflection(generated::FILE_DESCRIPTOR_SET) } else { server }
    }

    /// The server at the public address.
    pub fn public_server() -> Server {
        Server::new().chain(&chain())
    }

    /// Serves until the process is asked to stop. Prints the address in its first line.
    pub async fn serve(&self, name: &str, listen: &str, server: Server) -> Result<(), BoxError> {
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
        let client = Client::builder(url).chain(&Chain::new().intercept(Trace::new()));
        if self.plaintext { client.plaintext() } else { client }.build()
    }
}

/// Every process logs its calls and continues the traces of its callers.
fn chain() -> Chain {
    Chain::new().intercept(Trace::new()).observe(AccessLog::new())
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
pub fn start(work: impl Future<Output = Result<(), BoxError>>) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let done = Runtime::new().map_err(BoxError::from).and_then(|runtime| runtime.block_on(work));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", readable(&failure));
            ExitCode::FAILURE
        }
    }
}

/// The error without the status code, which does not help whoever starts a process.
fn readable(failure: &BoxError) -> String {
    failure.downcast_ref::<Error>().map_or_else(|| failure.to_string(), |error| error.message().to_owned())
}

/// Adds the name of the database to the error.
pub(super) fn cannot_open(name: &str) -> impl FnOnce(sqlx::Error) -> BoxError {
    move |error| format!("cannot open the database {name}: {error}; its folder must be there, and writable").into()
}
