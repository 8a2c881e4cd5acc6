//! Runs the interoperability tests against a server: `interop-client HOST:PORT`. With `few-pings SECONDS` or `too-many-pings`
//! after the address, it pings a server that counts pings; with `one-call MILLISECONDS` it makes a call and prints its code.

use std::{error::Error, process::ExitCode, time::Duration};

use interop::grpc::{CASES, SILENCE_CASES, Verdict, few_pings, one_call, too_many_pings};
use rust_svc::Client;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (address, rest) = arguments.split_first().ok_or("which server? interop-client HOST:PORT")?;
    let address = format!("http://{address}");
    let client = Client::new(&address)?;
    let failed = match rest {
        [] => run_cases(&client).await,
        ["few-pings", seconds] => report("few_pings", few_pings(&client, Duration::from_secs(seconds.parse()?)).await),
        ["one-call", millis] => {
            println!("{}", one_call(&client, Duration::from_millis(millis.parse()?)).await);
            0
        }
        ["too-many-pings"] => report("too_many_pings", too_many_pings(&address).await),
        _ => {
            return Err(
                "write interop-client HOST:PORT [few-pings SECONDS | too-many-pings | one-call MILLISECONDS]".into()
            );
        }
    };
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn run_cases(client: &Client) -> usize {
    let mut failed = 0;
    for (name, case) in CASES.into_iter().chain(SILENCE_CASES) {
        failed += report(name, case(client).await);
    }
    failed
}

/// Prints the verdict of a case. Returns the number of failures.
fn report(name: &str, verdict: Verdict) -> usize {
    match verdict {
        Ok(()) => println!("passed {name}"),
        Err(error) => {
            println!("FAILED {name}: {error}");
            return 1;
        }
    }
    0
}
