//! Start and stop of a process.

use std::{
    io::{self, BufRead},
    process::ExitCode,
    thread,
};

use rust_svc::Error;
use tokio::{runtime::Runtime, sync::oneshot};
use tracing_subscriber::EnvFilter;

/// The error of a process.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Passes each line to `obey`, until the input ends. Reads in a thread of its own, which does not keep the process from ending.
pub(super) async fn end_of_stdin(obey: impl Fn(&str) + Send + 'static) {
    let (ended, end) = oneshot::channel();
    thread::spawn(move || {
        // An input that cannot be read has ended, too.
        io::stdin().lock().lines().map_while(Result::ok).for_each(|line| obey(&line));
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
