//! A well-behaved caller, which must be served whatever the others do.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    Failure,
    counts::{Counts, count},
};

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";

/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes requests in a loop. Completes if one is not served.
pub(crate) async fn probe(address: SocketAddr, counts: &Counts) -> Failure {
    let Err(failure) = ask(address, counts).await;
    failure
}

async fn ask(address: SocketAddr, counts: &Counts) -> Result<Infallible, Failure> {
    loop {
        let answer =
            timeout(PATIENCE, fetch(address)).await.map_err(|_| "somebody who behaves is not served in time")??;
        if !answer.starts_with("HTTP/1.1 200") {
            return Err(format!("somebody who behaves is answered: {answer}").into());
        }
        count(&counts.probes);
        sleep(Duration::from_millis(20)).await;
    }
}

async fn fetch(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
