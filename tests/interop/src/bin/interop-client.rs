//! Runs the interoperability tests against a server: `interop-client HOST:PORT`.

use std::{error::Error, process::ExitCode};

use interop::grpc::CASES;
use rust_svc::Client;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("which server? interop-client HOST:PORT")?;
    let client = Client::new(format!("http://{address}"))?;
    let mut failed = 0;
    for (name, case) in CASES {
        match case(&client).await {
            Ok(()) => println!("passed {name}"),
            Err(error) => {
                println!("FAILED {name}: {error}");
                failed += 1;
            }
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
